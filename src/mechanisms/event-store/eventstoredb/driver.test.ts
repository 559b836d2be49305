const loaded = jest.fn();
jest.mock('@eventstore/db-client', () => {
  loaded();
  return {};
});

it('is not loaded by who only imports the store, as a start on Postgres does: it registers its messages on the global object', () => {
  require('.');
  expect(loaded).not.toHaveBeenCalled();
  require('@eventstore/db-client');
  expect(loaded).toHaveBeenCalled();
});
