import { mayRequest } from './policy';
import { mayDecide, maySeePeople } from './visibility';
import { after, asked, BEN, CLEO, joined, left } from './media-request/testing';

const looker = (accountId: string, ...scopes: string[]) => ({ accountId, scopes: new Set(scopes) });

describe('who sees names and timeline', () => {
  it.each([
    ['the requester', looker(BEN), asked()],
    ['a follower', looker(CLEO), [...asked(), joined()]],
    ['who decides', looker(CLEO, 'REQUESTS_DECIDE'), asked()],
  ])('%s', (_, who, facts) => expect(maySeePeople(who, after(facts))).toBe(true));

  it.each([
    ['a stranger', looker(CLEO, 'REQUESTS_READ', 'ADMIN'), asked()],
    ['who left', looker(CLEO), [...asked(), joined(), left()]],
  ])('but not %s', (_, who, facts) => expect(maySeePeople(who, after(facts))).toBe(false));

  it('decides with the scope alone', () => {
    expect([mayDecide(looker(BEN, 'REQUESTS_DECIDE')), mayDecide(looker(BEN, 'ADMIN'))]).toEqual([true, false]);
  });
});

describe('who may ask for a title', () => {
  const ben = looker(BEN, 'REQUESTS_CREATE');
  const film = { mediaType: 'MOVIE', available: false, open: undefined, looker: ben } as const;
  const no = (reason: string) => ({ allowed: false, reason });

  it.each([
    ['anybody with the scope', film, { allowed: true, reason: null }],
    [
      'to join somebody',
      { ...film, open: after(asked()), looker: looker(CLEO, 'REQUESTS_CREATE') },
      { allowed: true, reason: null },
    ],
    [
      'nobody without the scope',
      { ...film, looker: looker(BEN, 'REQUESTS_READ') },
      no('Your token does not allow requests.'),
    ],
    ['nobody for a series', { ...film, mediaType: 'TV' as const }, no('Series cannot be requested yet.')],
    ['nobody for what is there', { ...film, available: true }, no('It is in the library already.')],
    ['nobody twice', { ...film, open: after(asked()) }, no('You have asked for it already.')],
  ])('%s', (_, facts, answer) => expect(mayRequest(facts)).toEqual(answer));
});
