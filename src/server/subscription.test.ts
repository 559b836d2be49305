import { setTimeout as pause } from 'node:timers/promises';
import type { ExecutionResult } from 'graphql';
import { getOperationAST, parse } from 'graphql';
import { DatabaseUnavailable } from '../mechanisms/errors';
import { createExecutor } from '../mechanisms/graphql-execution';
import { createLogger, createObserver } from '../mechanisms/observability';
import { createContext } from './operation';
import { createOperationLog } from './operation-log';
import { subscribePerEvent } from './subscription';
import type { Source } from './testing-setup';
import { viewer } from './testing';
import { createSource, createTestSchema } from './testing-setup';

const blip = new DatabaseUnavailable('a blip');

let source: Source;
beforeEach(() => void (source = createSource()));

/** A subscription to `fields`, of which some fail with `failure`. */
async function subscribed(fields: string, failure: () => Error): Promise<AsyncGenerator<ExecutionResult>> {
  const context = createContext(viewer('usr_ben'));
  const schema = createTestSchema(source, failure);
  const document = parse(`subscription { counted { ${fields} } }`);
  const args = {
    schema,
    document,
    operation: getOperationAST(document)!,
    coercedValues: {},
    execute: createExecutor(schema),
    contextValue: context,
    contextForEvent: () => Promise.resolve(context),
    record: createOperationLog({
      observer: createObserver(),
      traces: false,
      log: createLogger({ level: 'silent' }),
    }).begin('WEBSOCKET'),
  };
  return (await subscribePerEvent(args)) as AsyncGenerator<ExecutionResult>;
}

it('tells an event later that cannot be told for now, for the next one would pass it over', async () => {
  let tries = 0;
  const results = await subscribed('n failAll', () => (++tries < 3 ? blip : new Error('a bug')));
  [1, 2].forEach(source.push);
  const told = { done: false, value: { errors: [{ message: 'a bug' }] } };
  expect(await results.next()).toMatchObject(told);
  expect(tries).toBe(3);
  expect(await results.next()).toMatchObject(told);
  await results.return(undefined);
});

it('ends at once while an event cannot be told, and tries no more', async () => {
  let tries = 0;
  let tell = (): void => undefined;
  const tried = new Promise<void>((resolve) => (tell = resolve));
  const results = await subscribed('n failAll', () => (tries++, tell(), blip));
  source.push(1);
  const waiting = results.next();
  await tried;
  await results.return(undefined);
  expect(await waiting).toEqual({ done: true, value: undefined });
  expect(source.returned).toBe(1);
  await pause(1_500);
  expect(tries).toBe(1);
});

it.each([
  ['a part of an event cannot be told', 'n fail', blip],
  ['an event never can be told', 'n failAll', new Error('a bug')],
])('goes on when %s', async (_what, fields, failure) => {
  const results = await subscribed(fields, () => failure);
  for (const n of [1, 2]) {
    source.push(n);
    expect(await results.next()).toMatchObject({ done: false, value: { errors: [{ message: failure.message }] } });
  }
  await results.return(undefined);
});
