import type { HttpAnswer, HttpCall } from '../../mechanisms/http';
import type { OverseerrClient } from './overseerr';
import { account, publicSettings, readAs, status } from './shapes';
import { flavourOf, instanceOf } from './translate';

/** Of the two that ask nobody else. */
const liveness = { deadlineMs: 5_000, probe: true };
/** `/status` waits for GitHub, without a limit of its own. */
const ofVersion = { deadlineMs: 3_000, probe: true };

/** Who answers, and whether it takes our key: only `/auth/me` looks at it. */
export function createIdentification(
  get: (path: string, more: Pick<HttpCall, 'deadlineMs' | 'open' | 'probe'>) => Promise<HttpAnswer>,
): Pick<OverseerrClient, 'identify' | 'probe'> {
  const itself = async () => readAs(publicSettings, await get('/settings/public', { ...liveness, open: true }));
  const keyIsTaken = async () => readAs(account, await get('/auth/me', liveness));
  const version = (): Promise<string | null> =>
    get('/status', ofVersion)
      .then((answer) => readAs(status, answer).version)
      .catch(() => null);

  return {
    async identify() {
      const settings = await itself();
      const [running] = await Promise.all([version(), keyIsTaken()]);
      return { flavour: flavourOf(settings), version: running, instanceId: instanceOf(settings) };
    },

    async probe() {
      const [settings] = await Promise.all([itself(), keyIsTaken()]);
      return { instanceId: instanceOf(settings) };
    },
  };
}
