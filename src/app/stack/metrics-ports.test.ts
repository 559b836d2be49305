import { metricsPortsOf } from './metrics-ports';

it('gives each process the next port, any free one, or none', () => {
  expect(metricsPortsOf({ metricsPort: 9464, port: 4000 }, 3)).toEqual(['9464', '9465', '9466']);
  expect(metricsPortsOf({ metricsPort: 0, port: 4000 }, 2)).toEqual(['0', '0']);
  expect(metricsPortsOf({ port: 4000 }, 2)).toEqual(['', '']);
});

it('refuses a port that would be the one of all, or none', () => {
  expect(metricsPortsOf({ metricsPort: 3998, port: 4000 }, 2)).toEqual(['3998', '3999']);
  expect(() => metricsPortsOf({ metricsPort: 3998, port: 4000 }, 3)).toThrow(/PORT, 4000, .* 3998 to 4000/);
  expect(metricsPortsOf({ metricsPort: 65_534, port: 4000 }, 2)).toEqual(['65534', '65535']);
  expect(() => metricsPortsOf({ metricsPort: 65_534, port: 4000 }, 3)).toThrow(/no 3 ports from 65534/);
});
