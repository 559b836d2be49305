import { createLogger } from '../../mechanisms/observability';
import { createConnectionCheck } from './poller';

const connection = { id: 'overseerr', kind: 'OVERSEERR' as const, simulated: true };

it('whoever asks while a look runs waits for one that began after they asked, and shares it', async () => {
  const answers: (() => void)[] = [];
  const found: (string | null)[] = [];
  let version = 'before';
  const check = createConnectionCheck({
    connection,
    identify: () => {
      const answer = { flavour: null, version, instanceId: null };
      return new Promise((resolve) => answers.push(() => resolve(answer)));
    },
    probe: () => Promise.resolve({ instanceId: null }),
    strange: () => [],
    commands: { observe: () => Promise.resolve(false) },
    health: {
      read: () => Promise.resolve(undefined),
      list: () => Promise.resolve([]),
      now: () => Promise.resolve(new Date(0)),
      record: async ({ finding }) => void found.push(finding.version),
    },
    onRestored: () => Promise.resolve(),
    clock: () => new Date(),
    log: createLogger({ level: 'silent' }),
  });
  const begun = async (count: number) => {
    while (answers.length < count) await new Promise(setImmediate);
    answers[count - 1]?.();
  };

  const first = check();
  await new Promise(setImmediate);
  version = 'after';
  const later = [check(), check()];
  await begun(1);
  await first;
  expect(found).toEqual(['before']);
  await begun(2);
  await Promise.all(later);
  expect(found).toEqual(['before', 'after']);
  expect(answers).toHaveLength(2);
});
