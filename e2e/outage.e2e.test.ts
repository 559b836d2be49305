import { expectRecovery, outage } from './outage';

it('what was asked for while the request service was down is handed over when it is back, once each, whoever is killed meanwhile', async () => {
  const recovery = await outage({
    wishes: [
      ['ben', 40],
      ['cleo', 10],
      ['olga', 10],
    ],
    releaseMs: 50,
    kills: 3,
    patienceMs: 120_000,
  });
  expectRecovery(recovery);
}, 400_000);
