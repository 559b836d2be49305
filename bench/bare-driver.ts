import { Client } from 'pg';
import type { ClientConfig } from 'pg';
import type { Cell } from './measure';
import { drive } from './measure';

/**
 * The limit of this runtime: pgbench's prepared INSERT and its commit, by the driver that the store uses and nothing else, each writer on a
 * connection of its own.
 */
export function createBareDriver(connection: ClientConfig, text: string) {
  return async (writers: number, ms: number): Promise<Cell> => {
    const clients = Array.from({ length: writers }, () => new Client(connection));
    await Promise.all(clients.map((client) => client.connect()));
    const free = [...clients];
    const makeWriter = () => {
      const client = free.pop()!;
      return () => client.query({ name: 'raw', text: 'INSERT INTO raw_row (data) VALUES ($1)', values: [text] });
    };
    try {
      return await drive(makeWriter, writers, ms);
    } finally {
      await Promise.all(clients.map((client) => client.end()));
    }
  };
}
