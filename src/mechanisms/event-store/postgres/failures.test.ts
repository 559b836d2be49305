import {
  DatabaseUnavailable,
  DatabaseUnreachable,
  EventStoreUnavailable,
  InvalidEvent,
  Overloaded,
  UnknownOutcome,
} from '../../errors';
import { toAppendFailure, toReadFailure } from './failures';

const fromServer = (code: string) => Object.assign(new Error('said the server'), { code, severity: 'ERROR' });
const fromNode = (code: string, syscall: string) => Object.assign(new Error(code), { code, syscall });

describe('a failed append', () => {
  it.each<[string, unknown, unknown]>([
    ['the lock was not free in time', fromServer('55P03'), EventStoreUnavailable],
    ['the statement took too long', fromServer('57014'), EventStoreUnavailable],
    ['the disk is full', fromServer('53100'), EventStoreUnavailable],
    ['the server is starting', fromServer('57P03'), EventStoreUnavailable],
    ['the role may not', fromServer('42501'), EventStoreUnavailable],
    ['no server listens', fromNode('ECONNREFUSED', 'connect'), EventStoreUnavailable],
    ['connecting took too long', fromNode('ETIMEDOUT', 'connect'), EventStoreUnavailable],
    ['the pool gave no connection', new Error('timeout exceeded when trying to connect'), EventStoreUnavailable],
    ['the JSON is none', fromServer('22P02'), InvalidEvent],
    ['a row is too big', fromServer('54000'), InvalidEvent],
    ['the server shut down under it', fromServer('57P01'), UnknownOutcome],
    ['the session crashed', fromServer('57P02'), UnknownOutcome],
    ['the connection broke', fromNode('ECONNRESET', 'read'), UnknownOutcome],
    ['the pipe broke', fromNode('EPIPE', 'write'), UnknownOutcome],
    ['its answer is late', Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' }), UnknownOutcome],
    ['the driver lost it', new Error('Connection terminated unexpectedly'), UnknownOutcome],
    ['something nobody thought of', new Error('?'), UnknownOutcome],
  ])('because %s', (_, cause, kind) => {
    expect(toAppendFailure(cause)).toBeInstanceOf(kind);
    const wrapped = new DatabaseUnavailable('the database is not available', { cause });
    expect(toAppendFailure(wrapped)).toMatchObject({ constructor: kind, cause: wrapped });
  });

  it.each([fromNode('ECONNRESET', 'read'), fromNode('EPIPE', 'write'), fromServer('57P01')])(
    'because the connection broke while it was made: nothing was sent (%s)',
    (cause) => {
      const failure = toAppendFailure(new DatabaseUnreachable('the database is not available', { cause }));
      expect(failure).toBeInstanceOf(EventStoreUnavailable);
    },
  );
});

it('a failed read is never in doubt', () => {
  expect(toReadFailure(new Error('Connection terminated unexpectedly'))).toBeInstanceOf(EventStoreUnavailable);
});

it('a read that the pool turned away keeps when to come again', () => {
  const turnedAway = new Overloaded('too many wait', new Date());
  expect(toReadFailure(turnedAway)).toBe(turnedAway);
});
