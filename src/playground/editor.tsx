import './monaco-environment';
import '@graphiql/react/style.css';
import '@graphiql/plugin-doc-explorer/style.css';
import '@graphiql/plugin-history/style.css';
import 'graphiql/graphiql.css';
import { useGraphiQL } from '@graphiql/react';
import { GraphiQL } from 'graphiql';
import { useEffect, useMemo } from 'react';
import { createFetcher } from './fetcher';
import type { Session } from './session';
import { storyTabs } from './story-tabs';

/** GraphiQL with our stories. What is typed stays in this browser tab, like the token. */
export default function Editor({ session, onSignedOut }: { session: Session; onSignedOut: () => void }) {
  const fetcher = useMemo(() => createFetcher(session.token, onSignedOut), [session.token, onSignedOut]);
  const tabs = useMemo(() => storyTabs(OPERATIONS, session.rootFields), [session.rootFields]);
  return (
    <GraphiQL
      fetcher={fetcher}
      {...(tabs.length > 0 && { defaultTabs: tabs })}
      storage={sessionStorage}
      defaultEditorToolsVisibility="variables"
    >
      <GraphiQL.Logo>
        <span />
      </GraphiQL.Logo>
      <WrappedLines />
    </GraphiQL>
  );
}

/** The comments are there to be read, also in a narrow window. */
function WrappedLines() {
  const editor = useGraphiQL((state) => state.queryEditor);
  useEffect(() => editor?.updateOptions({ wordWrap: 'on' }), [editor]);
  return null;
}
