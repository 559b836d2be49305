import { toConflict } from './conflict';

it.each([
  [3, { expected: 3, actual: 5 }],
  ['any', { expected: 5, actual: 5 }],
] as const)('of who expected %s tells both versions', (expected, told) => {
  expect(toConflict({ streamId: 's-1', expected }, 5)).toMatchObject({ streamId: 's-1', ...told });
});
