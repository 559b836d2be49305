import { lazy, Suspense, useCallback, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import icon from './icon.svg';
import { Opening } from './opening';
import type { Session } from './session';
import { exchangeCode, forgetToken, openSession, SignedOut, SignInFailed, storedToken, storeToken } from './session';
import { Welcome } from './welcome';

const Editor = lazy(() => import('./editor'));

type State =
  { kind: 'opening' } | { kind: 'signed-in'; session: Session } | { kind: 'signed-out'; notice: string | null };

/** The one-time code of the link is the way in; a reload, or a link that is used again, goes on with the token of before. */
export function openPage(code: string | null): void {
  const root = document.getElementById('page');
  if (root !== null) createRoot(root).render(<Page code={code} />);
}

async function signIn(code: string | null): Promise<State> {
  let notice: string | null = null;
  try {
    if (code !== null) storeToken(await exchangeCode(code));
  } catch (error) {
    notice = `The link did not sign you in: ${reasonOf(error)}`;
  }
  const token = storedToken();
  return token === null ? { kind: 'signed-out', notice } : await open(token);
}

async function open(token: string): Promise<State> {
  try {
    const session = await openSession(token);
    storeToken(token);
    return { kind: 'signed-in', session };
  } catch (error) {
    if (error instanceof SignedOut) forgetToken();
    return { kind: 'signed-out', notice: reasonOf(error) };
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof SignedOut || error instanceof SignInFailed) return error.message;
  return 'The server does not answer. Is it still running?';
}

function Page({ code }: { code: string | null }) {
  const [state, setState] = useState<State>({ kind: 'opening' });
  useEffect(() => {
    void signIn(code).then(setState);
  }, [code]);
  const signOut = useCallback(() => {
    sessionStorage.clear();
    localStorage.clear();
    setState({ kind: 'signed-out', notice: 'You are signed out.' });
  }, []);
  const onSignedOut = useCallback(() => {
    forgetToken();
    setState({
      kind: 'signed-out',
      notice: 'Your session has ended. What you typed is kept until you close this tab.',
    });
  }, []);
  const onToken = useCallback(async (token: string) => setState(await open(token)), []);
  const session = state.kind === 'signed-in' ? state.session : null;
  return (
    <>
      <Header session={session} onSignOut={signOut} />
      <main>
        {state.kind === 'opening' && <Opening />}
        {state.kind === 'signed-out' && <Welcome notice={state.notice} onToken={onToken} />}
        {session !== null && (
          <Suspense fallback={<Opening />}>
            <Editor key={session.token} session={session} onSignedOut={onSignedOut} />
          </Suspense>
        )}
      </main>
    </>
  );
}

function Header({ session, onSignOut }: { session: Session | null; onSignOut: () => void }) {
  return (
    <header className="bar">
      <img src={icon} alt="" width="24" height="24" />
      <strong>MediaNest</strong>
      <span className="subtitle">Playground</span>
      {session !== null && (
        <>
          <span id="people" />
          <span className="who" aria-label="Signed in as">
            {session.account.name} <small>{session.account.role.toLowerCase()}</small>
          </span>
          {/* A duplicate of this tab, signed in as well: one to watch a subscription, one to act. */}
          <a href={location.pathname} target="_blank" rel="opener">
            Second window
          </a>
          <button type="button" onClick={onSignOut}>
            Sign out
          </button>
        </>
      )}
    </header>
  );
}
