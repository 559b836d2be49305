import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { Conflict } from '../errors';
import type { EventCodec } from './codecs';
import type { Decider } from './decider';
import { expectGolden, given } from './testing';

type Switched = { type: 'Switched'; data: { on: boolean } };
const lamp: Decider<{ on: boolean; since?: string }, { turn: boolean }, Switched> = {
  initialState: { on: false },
  decide({ turn }, { on, since }) {
    if (since === '2020-01-01T00:00:00.000Z') throw new Conflict('rusty', 'RUSTY');
    return turn === on ? [] : [{ type: 'Switched', data: { on: turn } }];
  },
  evolve: (_, { data, metadata }) => ({ on: data.on, since: metadata.occurredAt }),
};
const on: Switched = { type: 'Switched', data: { on: true } };

describe('given, when, then', () => {
  const rusty = { ...on, metadata: { occurredAt: '2020-01-01T00:00:00.000Z' } };

  it('passes what holds', () => {
    given(lamp).when({ turn: true }).then([on]);
    given(lamp, [on]).when({ turn: true }).thenNothing();
    given(lamp, [rusty]).when({ turn: false }).thenThrows('RUSTY');
    given(lamp)
      .when({ turn: true }, { occurredAt: '2021-01-01T00:00:00.000Z' })
      .thenState((state) => expect(state).toEqual({ on: true, since: '2021-01-01T00:00:00.000Z' }));
  });

  it('fails what does not', () => {
    expect(() => given(lamp).when({ turn: true }).then([])).toThrow();
    expect(() => given(lamp).when({ turn: true }).thenNothing()).toThrow();
    expect(() => given(lamp).when({ turn: true }).thenThrows('RUSTY')).toThrow('nothing was thrown');
    expect(() => given(lamp, [rusty]).when({ turn: false }).thenThrows('OTHER')).toThrow('RUSTY');
  });
});

describe('golden files', () => {
  let folder: string;
  beforeEach(() => void (folder = mkdtempSync(path.join(tmpdir(), 'golden-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const codec: EventCodec = {
    type: 'Switched',
    schemaVersion: 2,
    schema: z.object({ on: z.boolean() }),
    upcasters: { 1: (data) => ({ on: (data as { state: string }).state === 'on' }) },
  };
  const samples = [
    { type: 'Switched', schemaVersion: 1, data: { state: 'on' } },
    { type: 'Switched', schemaVersion: 2, data: { on: true } },
  ];
  const check = (codecs: EventCodec[], golden: object[]) => {
    const file = path.join(folder, 'event-codecs.golden.json');
    writeFileSync(file, JSON.stringify(golden));
    return () => expectGolden(codecs, file);
  };

  it('hold when every version has a sample that reads', () => {
    expect(check([codec], samples)).not.toThrow();
  });

  it('fail for a version without a sample', () => {
    expect(check([codec], samples.slice(0, 1))).toThrow('Switched version 2');
    expect(check([codec], samples.slice(1))).toThrow('Switched version 1');
  });

  it('fail for a sample that no longer reads, or reads as something else', () => {
    expect(check([{ ...codec, schema: z.object({ on: z.string() }) }], samples)).toThrow('cannot read Switched');
    expect(check([{ ...codec, schema: z.object({ lit: z.boolean().optional() }) }], samples)).toThrow();
    expect(check([], samples)).toThrow('no codec');
  });
});
