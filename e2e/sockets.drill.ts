import { collectGarbage, INSPECTED } from './inspector';
import type { Redis } from './redis';
import { isRedisMissing, startRedis } from './redis';
import { allGone, connectAndKill, heldBy } from './sockets';
import { createHouse } from './testing';

const CYCLES = 10_000;
const member = 'api-1';

(isRedisMissing ? it.skip : it)(
  `${CYCLES} who connect, subscribe and are gone without a word leave nothing, neither in the process nor at Redis`,
  async () => {
    const redis: Redis = await startRedis();
    const house = createHouse({ METRICS_PORT: '0', REDIS_URL: redis.url, ...INSPECTED });
    try {
      const server = await house.start({}, { stack: true });
      const held = async () => {
        await collectGarbage(server.log(), server.pidOf(member));
        return heldBy(server, member);
      };
      const { ben: person } = await server.signIn();
      // After the first thousand everything that is kept for good is there.
      await connectAndKill(server, { member, person, times: 1_000 });
      await allGone(server, { member, redis });
      const before = await held();
      await connectAndKill(server, { member, person, times: CYCLES - 1_000 });
      await allGone(server, { member, redis });
      const after = await held();
      console.log(JSON.stringify({ before, after }));
      expect(after.files).toBeLessThanOrEqual(before.files + 5);
      expect(after.heapMb).toBeLessThanOrEqual(before.heapMb + 3);
    } finally {
      await house.leave();
      await redis.close();
    }
  },
  1_200_000,
);
