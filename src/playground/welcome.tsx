import type { FormEvent } from 'react';
import { useState } from 'react';

interface WelcomeProps {
  notice: string | null;
  onToken: (token: string) => Promise<void>;
}

/** What a visitor without a token sees: what this is, and how to get in. */
export function Welcome({ notice, onToken }: WelcomeProps) {
  return (
    <article className="welcome">
      {notice !== null && (
        <p className="notice" role="status">
          {notice}
        </p>
      )}
      <h1>The playground of MediaNest</h1>
      <p>
        MediaNest joins a household&rsquo;s media services into one API: friends ask for films, see why a request was
        decided as it was, and watch it arrive. Here you can try that API with your own hands: the tabs hold small
        stories to run, change and run again.
      </p>
      <p>Everything but signing in needs a token. There are two ways to one.</p>
      <section aria-labelledby="by-link">
        <h2 id="by-link">Open the link from the terminal</h2>
        <p>
          When the server starts in demo mode, it prints a link to this page that signs you in as the admin of the demo.
          It works once; the next start prints a fresh one.
        </p>
      </section>
      <section aria-labelledby="by-token">
        <h2 id="by-token">Paste a token</h2>
        <p>On the machine of the server, this command prints one, here for the account of Ben:</p>
        <pre>
          <code>npm run -s medianest -- token --account ben</code>
        </pre>
        <TokenForm onToken={onToken} />
      </section>
    </article>
  );
}

function TokenForm({ onToken }: Pick<WelcomeProps, 'onToken'>) {
  const [token, setToken] = useState('');
  const [busy, setBusy] = useState(false);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const value = token.trim().replace(/^bearer\s+/i, '');
    if (value === '') return;
    setBusy(true);
    void onToken(value).finally(() => setBusy(false));
  };
  return (
    <form className="token" onSubmit={submit}>
      <label htmlFor="token">Access token</label>
      <input
        id="token"
        type="password"
        autoComplete="off"
        spellCheck={false}
        value={token}
        onChange={(event) => setToken(event.target.value)}
      />
      <button type="submit" disabled={busy}>
        Sign in
      </button>
    </form>
  );
}
