import type { WakeUpMessage } from '.';
import { createDoorbell, createInProcessWakeUp } from '.';

const message = { projection: 'request-view', position: '7' };

describe('in-process wake-up', () => {
  it('tells the subscribers of the topic, until they leave', async () => {
    const wakeUp = createInProcessWakeUp();
    const heard: (WakeUpMessage | undefined)[] = [];
    const leave = await wakeUp.subscribe('here', (received) => heard.push(received));
    await wakeUp.publish('here', message);
    await wakeUp.publish('elsewhere', message);
    leave();
    leave();
    await wakeUp.publish('here', message);
    expect(heard).toEqual([message]);
  });

  it('tells nobody once closed', async () => {
    const wakeUp = createInProcessWakeUp();
    const heard: (WakeUpMessage | undefined)[] = [];
    await wakeUp.subscribe('here', (received) => heard.push(received));
    await wakeUp.close();
    await wakeUp.publish('here', message);
    expect(heard).toEqual([]);
  });
});

describe('doorbell', () => {
  const NEVER = 2 ** 30;

  it('ends a wait when rung', async () => {
    const bell = createDoorbell();
    const waiting = bell.wait(NEVER);
    bell.ring();
    await waiting;
  });

  it('remembers a ring that nobody waited for, once', async () => {
    const bell = createDoorbell();
    bell.ring();
    await bell.wait(NEVER);
    let over = false;
    const second = bell.wait(NEVER).then(() => (over = true));
    await new Promise(setImmediate);
    expect(over).toBe(false);
    bell.ring();
    await second;
  });

  it('is over by itself', () => createDoorbell().wait(1));
});
