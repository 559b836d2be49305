import crypto from 'node:crypto';
import { createImageAddresses } from './address';

it('seals a picture that is shown again and again once, however many are shown once', () => {
  const sealing = jest.spyOn(crypto, 'createHmac');
  const addresses = createImageAddresses({ key: new Uint8Array(32), clock: () => new Date(0), remembered: 20 });
  const give = (n: number) => addresses.give({ source: 'plex', path: `/${n}` });
  const again = Array.from({ length: 10 }, (_, n) => n);
  const first = again.map(give);
  expect(again.map(give)).toEqual(first); // no more than are remembered
  expect(sealing).toHaveBeenCalledTimes(10);

  for (let n = 100; n < 150; n += 1) expect([give(n), give(0)][1]).toBe(first[0]);
  expect(sealing).toHaveBeenCalledTimes(60);
  give(1); // which was not shown for long
  expect(sealing).toHaveBeenCalledTimes(61);
  sealing.mockRestore();
});
