import type { Call, Endpoint } from '../endpoint';
import { ok } from '../endpoint';
import { page, pagingRules } from '../paging';
import { mayAll, mayAny, Permission } from '../permissions';
import { quotasJson } from '../quota';
import { missingUserText, refusal } from '../refusals';
import { listedRequestJson, userJson, userWithoutContactJson, userWithSettingsJson } from '../representation';
import type { UserRow } from '../state';
import { userById } from '../state';
import type { Rules } from '../validation';

const userId: Rules = { userId: { type: 'number', required: true } };

/** Whether the caller sees the e-mail address: a manager of users always, others only their own. */
const seesContact = ({ caller }: Call, user: UserRow): boolean =>
  caller.id === user.id || mayAny(caller, Permission.MANAGE_USERS);

function wantedUser({ state, params }: Call): UserRow {
  const user = userById(state, Number(params.userId));
  if (!user) throw refusal(404, 'User not found.');
  return user;
}

export const userEndpoints: Endpoint[] = [
  {
    method: 'GET',
    path: '/auth/me',
    answer: ({ state, caller }) => ok(userWithSettingsJson(state, caller)),
  },
  {
    method: 'GET',
    path: '/user',
    query: pagingRules,
    answer: (call) =>
      ok(
        page(call.state.users, call.query, {
          defaultTake: 10,
          json: (user) =>
            mayAny(call.caller, Permission.MANAGE_USERS)
              ? userJson(call.state, user)
              : userWithoutContactJson(call.state, user),
        }),
      ),
  },
  {
    method: 'GET',
    path: '/user/:userId',
    params: userId,
    answer(call) {
      const user = wantedUser(call);
      return ok(
        seesContact(call, user) ? userWithSettingsJson(call.state, user) : userWithoutContactJson(call.state, user),
      );
    },
  },
  {
    method: 'GET',
    path: '/user/:userId/quota',
    params: userId,
    answer(call) {
      const { state, caller, params, fulfilment } = call;
      const id = Number(params.userId);
      if (caller.id !== id && !mayAll(caller, Permission.MANAGE_USERS, Permission.MANAGE_REQUESTS)) {
        throw refusal(403, "You do not have permission to view this user's request limits.");
      }
      const user = userById(state, id);
      if (!user) throw refusal(404, missingUserText(id));
      return ok(quotasJson(state, user, fulfilment.now));
    },
  },
  {
    method: 'GET',
    path: '/user/:userId/requests',
    params: userId,
    query: pagingRules,
    answer(call) {
      const user = wantedUser(call);
      if (call.caller.id !== user.id && !mayAny(call.caller, Permission.MANAGE_REQUESTS, Permission.REQUEST_VIEW)) {
        throw refusal(403, "You do not have permission to view this user's requests.");
      }
      const theirs = call.state.requests.filter(({ requestedBy }) => requestedBy === user.id).reverse();
      return ok(page(theirs, call.query, { defaultTake: 20, json: (row) => listedRequestJson(call.state, row) }));
    },
  },
];
