import { DatabaseUnavailable } from '../errors';
import { asDatabaseError } from '.';

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
])('"%s" is about the connection', (message) => {
  expect(asDatabaseError(new Error(message))).toBeInstanceOf(DatabaseUnavailable);
});

it.each(['23505', '42P01', '40001', '57014', '42501', '3D000', '28P01'])('%s is about the statement', (code) => {
  const error = withCode(code);
  expect(asDatabaseError(error)).toBe(error);
});

it('leaves what is no error of the database alone', () => {
  const error = new TypeError('x is undefined');
  expect(asDatabaseError(error)).toBe(error);
  expect(asDatabaseError(undefined)).toBeUndefined();
});
