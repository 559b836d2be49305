import { expectRecovery, outage } from './outage';

it('1,000 requests made while the request service was down are handed over when it is back, a worker killed every second', async () => {
  const recovery = await outage({
    wishes: [
      ['ben', 800],
      ['cleo', 100],
      ['olga', 100],
    ],
    releaseMs: 25,
    kills: Infinity,
    patienceMs: 600_000,
  });
  expectRecovery(recovery);
}, 1_500_000);
