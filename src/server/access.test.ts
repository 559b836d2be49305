import { assertAccessComplete } from './access';
import { createSource, createTestSchema, testAccess } from './testing-setup';

const schema = createTestSchema(createSource(), () => new Error());

it('a complete map passes', () => {
  expect(() => assertAccessComplete(schema, testAccess)).not.toThrow();
});

it.each(['Query.me', 'Mutation.rename', 'Subscription.counted', 'Person'])(
  '%s without an entry stops the start',
  (name) => {
    const { [name]: _gone, ...rest } = testAccess;
    expect(() => assertAccessComplete(schema, rest)).toThrow(`no entry for ${name};`);
  },
);

it.each(['Query.nothing', 'Nothing', 'Person.nothing', 'Query', 'Int'])(
  'an entry %s that names nothing stops the start',
  (name) => {
    expect(() => assertAccessComplete(schema, { ...testAccess, [name]: 'SIGNED_IN' })).toThrow(`name nothing: ${name}`);
  },
);
