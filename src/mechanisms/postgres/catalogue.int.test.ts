import { readCatalogue } from '.';
import type { TestDatabase } from './testing';
import { createTestDatabase } from './testing';

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.drop());

const catalogue = () => readCatalogue(test.owner);

it('tells the tables with what the serving role may do, and neither the job queue nor the runner', async () => {
  const text = await catalogue();
  expect(text).toContain(
    [
      'table public.idempotency_key',
      '  column actor_id text not null',
      '  column mutation text not null',
      '  column key text not null',
      '  column body_hash text not null',
      '  column created_at timestamp with time zone not null default now()',
      '  constraint idempotency_key_pkey PRIMARY KEY (actor_id, mutation, key)',
      '  grant insert, select, update to medianest_app',
    ].join('\n'),
  );
  expect(text).not.toMatch(/graphile|table public\.pgmigrations/);
});

it.each([
  ['a default', `alter table idempotency_key alter column key set default 'x'`],
  ['a type', 'alter table idempotency_key alter column key type varchar(9)'],
  ['nullability', 'alter table idempotency_key alter column body_hash drop not null'],
  ['a constraint', `alter table idempotency_key add check (key <> '')`],
  ['an index', 'create index on idempotency_key (created_at)'],
  ['a right', 'grant delete on idempotency_key to medianest_app'],
  ['a right on a column', 'grant update (body_hash) on idempotency_key to public'],
  ['a function', `create function answer() returns int language sql as 'select 42'`],
  ['the body of a function', `create or replace function answer() returns int language sql as 'select 43'`],
  ['the right to a function', 'revoke execute on function answer() from public'],
  ['a view', 'create view keys as select key from idempotency_key'],
  ['an enum', `create type mood as enum ('good')`],
  [
    'a trigger',
    'create trigger quick before update on idempotency_key execute function suppress_redundant_updates_trigger()',
  ],
])('changes with %s, and only then', async (_what, change) => {
  const before = await catalogue();
  expect(await catalogue()).toBe(before);
  await test.owner.query(change);
  expect(await catalogue()).not.toBe(before);
});
