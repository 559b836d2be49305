import { createLogger } from '../observability';
import { createDatabase } from '.';
import { createTestDatabase } from './testing';

it('gives each caller a migrated database of its own', async () => {
  const [one, other] = await Promise.all([createTestDatabase(), createTestDatabase()]);
  await one.database.query(`insert into idempotency_key values ('ben', 'requestMedia', 'k', 'h')`);
  expect(await other.database.query('select * from idempotency_key')).toEqual([]);
  expect(await one.database.query('select current_user::text as who')).toEqual([{ who: 'medianest_app' }]);
  await Promise.all([one.drop(), other.drop()]);
});

it('reports a connection that was left open, and drops the database all the same', async () => {
  const test = await createTestDatabase();
  const keeper = await createTestDatabase();
  const connection = test.connection.app;
  const forgotten = createDatabase({
    connection,
    max: 1,
    applicationName: 'forgotten',
    log: createLogger({ level: 'silent' }),
  });
  await forgotten.query('select 1');
  await expect(test.drop()).rejects.toThrow(
    `connections to ${connection.database} were not closed: forgotten (select 1)`,
  );
  const left = await keeper.owner.query('select 1 from pg_database where datname = $1', [connection.database]);
  expect(left).toEqual([]);
  await Promise.all([forgotten.close(), keeper.drop()]);
});
