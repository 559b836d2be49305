import { createTestDatabase } from './testing';

it('gives a migrated database of its own', async () => {
  const test = await createTestDatabase();
  expect(await test.database.query('select current_user::text as who')).toEqual([{ who: 'medianest_app' }]);
  await test.drop();
});
