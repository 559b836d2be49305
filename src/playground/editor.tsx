import './monaco-environment';
import '@graphiql/react/style.css';
import '@graphiql/plugin-doc-explorer/style.css';
import '@graphiql/plugin-history/style.css';
import 'graphiql/graphiql.css';
import { useGraphiQL } from '@graphiql/react';
import { GraphiQL } from 'graphiql';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { createFetcher } from './fetcher';
import { Opening } from './opening';
import { peopleOf } from './people';
import { PeopleSwitch } from './people-switch';
import type { Session } from './session';
import { storyTabs } from './story-tabs';

/** GraphiQL with our stories. What is typed stays in this browser tab, like the token. */
export default function Editor({ session, onSignedOut }: { session: Session; onSignedOut: () => void }) {
  const [ready, setReady] = useState(false);
  const people = useMemo(() => peopleOf(session), [session]);
  const stories = useMemo(() => storyTabs(STORIES, session.rootFields), [session.rootFields]);
  const person = useRef(session.account.name);
  const fetcher = useMemo(
    () => createFetcher({ people, person: () => person.current, onSignedOut }),
    [people, onSignedOut],
  );
  const onPerson = useCallback((name: string) => void (person.current = name), []);
  return (
    <>
      {!ready && <Opening />}
      {/* Nothing can be pressed before it works. */}
      <div className="editor" inert={!ready} hidden={!ready}>
        <GraphiQL
          fetcher={fetcher}
          {...(stories.length > 0 && { defaultTabs: stories })}
          storage={sessionStorage}
          defaultEditorToolsVisibility="variables"
        >
          <GraphiQL.Logo>
            <span />
          </GraphiQL.Logo>
          <PeopleSwitch names={people.names} stories={stories} onPerson={onPerson} />
          <Readiness onReady={setReady} />
        </GraphiQL>
      </div>
    </>
  );
}

/** Says when all editors are there and have read the tab. The comments are there to be read, also in a narrow window. */
function Readiness({ onReady }: { onReady: (ready: boolean) => void }) {
  const editor = useGraphiQL((state) => state.queryEditor);
  const ready = useGraphiQL(
    ({ queryEditor, variableEditor, responseEditor, operations }) =>
      !!queryEditor && !!variableEditor && !!responseEditor && operations !== undefined,
  );
  useEffect(() => editor?.updateOptions({ wordWrap: 'on' }), [editor]);
  useEffect(() => {
    if (ready) onReady(true);
  }, [ready, onReady]);
  return null;
}
