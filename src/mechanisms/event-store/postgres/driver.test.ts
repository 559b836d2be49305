import type * as Driver from 'pg';

const OIDS = [16, 20, 23, 114, 1016, 1082, 1114, 1184, 1700, 3802];

it('leaves the parsers of the driver as they are, for all who share it', () => {
  jest.isolateModules(() => {
    const { types } = jest.requireActual<typeof Driver>('pg');
    const parsers = () => OIDS.map((oid) => types.getTypeParser(oid) as unknown);
    const before = parsers();
    require('.');
    require('../../postgres');
    expect(parsers()).toEqual(before);
  });
});
