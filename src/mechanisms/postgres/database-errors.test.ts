import { DatabaseUnavailable, InvalidInput } from '../errors';
import { asDatabaseError } from './database-errors';

const withCode = (code: string) => Object.assign(new Error('some words'), { code });

it.each([
  'ECONNREFUSED',
  'ENOENT',
  'EPIPE',
  'ECONNRESET',
  '08006',
  '53100',
  '53300',
  '57P01',
  '57P02',
  '57P03',
  '25P03',
  '28P01',
  '58030',
])('%s is about the connection', (code) => {
  const cause = withCode(code);
  expect(asDatabaseError(cause)).toBeInstanceOf(DatabaseUnavailable);
  expect(asDatabaseError(cause)).toMatchObject({ code: 'DATABASE_UNAVAILABLE', report: true, retryable: true, cause });
});

it.each([
  'Connection terminated',
  'Connection terminated unexpectedly',
  'Connection terminated due to connection timeout',
  'timeout exceeded when trying to connect',
  'Client has encountered a connection error and is not queryable',
  'Client was closed and is not queryable',
  'Cannot use a pool after calling end on the pool',
  'Query read timeout',
])('"%s" is about the connection', (message) => {
  expect(asDatabaseError(new Error(message))).toBeInstanceOf(DatabaseUnavailable);
});

it.each(['23505', '42P01', '40001', '57014', '42501', '3D000', '22P02'])('%s is about the statement', (code) => {
  const error = withCode(code);
  expect(asDatabaseError(error)).toBe(error);
});

it.each(['22021', '22P05', '22007', '22008'])('%s is about what the caller sent', (code) => {
  expect(asDatabaseError(withCode(code))).toBeInstanceOf(InvalidInput);
});

it('leaves what is no error of the database alone', () => {
  const error = new TypeError('x is undefined');
  expect(asDatabaseError(error)).toBe(error);
  expect(asDatabaseError(undefined)).toBeUndefined();
});
