/** Who is signed in here, and what the API offers to them. */
export interface Session {
  token: string;
  account: { name: string; role: string };
  /** Names of the root fields that this server has: the demo has more than a production server. */
  rootFields: ReadonlySet<string>;
}

export interface GraphQLRequest {
  query: string;
  variables?: Record<string, unknown> | undefined;
  operationName?: string | null | undefined;
}

export interface GraphQLAnswer<T = Record<string, unknown>> {
  data?: T | null;
  errors?: { message: string; extensions?: { code?: string } }[];
}

/** The token is missing, wrong, or has ended. */
export class SignedOut extends Error {}

/** What the reader can be told as it stands. */
export class SignInFailed extends Error {}

const key = 'medianest.token';

// One browser tab and its duplicates, until it is closed: a token on disk would outlive the reason it was given for.
export const storedToken = (): string | null => sessionStorage.getItem(key);
export const storeToken = (token: string): void => sessionStorage.setItem(key, token);
export const forgetToken = (): void => sessionStorage.removeItem(key);

/** One POST to the address of the page. */
export async function ask<T>(request: GraphQLRequest, headers: Headers = new Headers()): Promise<GraphQLAnswer<T>> {
  headers.set('content-type', 'application/json');
  headers.set('accept', 'application/graphql-response+json, application/json;q=0.9');
  const response = await fetch(location.pathname, { method: 'POST', headers, body: JSON.stringify(request) });
  const answer = (await response.json()) as GraphQLAnswer<T>;
  const refused = answer.errors?.some((error) => error.extensions?.code === 'UNAUTHENTICATED');
  if (response.status === 401 || refused) throw new SignedOut(answer.errors?.[0]?.message ?? 'Not signed in.');
  return answer;
}

export const bearer = (token: string): Headers => new Headers({ authorization: `Bearer ${token}` });

interface SignInAnswer {
  signIn: { session: { accessToken: string } | null; problems: { message: string }[] };
}

/** A one-time code becomes a token. */
export async function exchangeCode(code: string): Promise<string> {
  const { data, errors } = await ask<SignInAnswer>({
    query: `mutation SignIn($code: String!) {
      signIn(code: $code) { session { accessToken expiresAt account { name role } } problems { code message } }
    }`,
    variables: { code },
  });
  const token = data?.signIn.session?.accessToken;
  if (token !== undefined) return token;
  throw new SignInFailed(data?.signIn.problems[0]?.message ?? errors?.[0]?.message ?? 'The server gave no reason.');
}

interface Fields {
  fields: { name: string }[];
}

interface SessionAnswer {
  me: Session['account'] | null;
  __schema: { queryType: Fields; mutationType: Fields | null; subscriptionType: Fields | null };
}

/** Proves a token by its first use. */
export async function openSession(token: string): Promise<Session> {
  const { data, errors } = await ask<SessionAnswer>(
    {
      query: `query Session {
        me { name role }
        __schema { ${['queryType', 'mutationType', 'subscriptionType'].map((root) => `${root} { fields { name } }`).join(' ')} }
      }`,
    },
    bearer(token),
  );
  if (data === undefined || data === null) throw new SignInFailed(errors?.[0]?.message ?? 'The server gave no data.');
  if (data.me === null) throw new SignedOut('This token is not valid (any more).');
  const { queryType, mutationType, subscriptionType } = data.__schema;
  const fields = [queryType, mutationType, subscriptionType].flatMap((type) => type?.fields ?? []);
  return { token, account: data.me, rootFields: new Set(fields.map(({ name }) => name)) };
}
