import { appendingContract } from './appending.contract';
import { dyingClientContract } from './dying-client.contract';
import type { ContractSetting } from './fixtures.contract';
import { followingContract } from './following.contract';
import { historyContract } from './history.contract';
import { loadContract } from './load.contract';
import { modelContract } from './model.contract';

/** What every event store keeps. Run for each, so that whoever works with one works with all. */
export function eventStoreContract(name: string, makeSetting: () => Promise<ContractSetting>): void {
  describe(`event store contract: ${name}`, () => {
    let setting: ContractSetting;
    beforeAll(async () => void (setting = await makeSetting()));
    afterAll(() => setting.drop());

    appendingContract(() => setting);
    dyingClientContract(() => setting);
    historyContract(() => setting);
    followingContract(() => setting, makeSetting);
    modelContract(() => setting);
    loadContract(() => setting);
  });
}
