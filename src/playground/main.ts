import './page.css';

/**
 * The link printed at start carries a one-time code in its fragment, which no server and no proxy ever sees. It leaves the address
 * before anything else is loaded, so that neither the history, nor a bookmark, nor a shared screen keeps it.
 */
const code = new URLSearchParams(location.hash.slice(1)).get('code');
if (code !== null) history.replaceState(null, '', location.pathname + location.search);

void import('./page').then(({ openPage }) => openPage(code));
