import { useGraphiQL } from '@graphiql/react';
import { useEffect, useState } from 'react';
import { createPortal } from 'react-dom';
import type { StoryTab } from './story-tabs';

interface PeopleSwitchProps {
  /** Who signed in comes first. */
  names: readonly string[];
  stories: readonly StoryTab[];
  onPerson: (name: string) => void;
}

const key = (tab: string): string => `medianest.person.${tab}`;

/** Who asks in the open tab: a click changes it, and each tab keeps its own. */
export function PeopleSwitch({ names, stories, onPerson }: PeopleSwitchProps) {
  const tab = useGraphiQL(({ tabs, activeTabIndex }) => tabs[activeTabIndex]?.id ?? '');
  const story = useGraphiQL(({ tabs, activeTabIndex }) => firstStep(tabs[activeTabIndex]?.query));
  const [chosen, setChosen] = useState<Record<string, string>>({});
  const wanted = chosen[tab] ?? sessionStorage.getItem(key(tab)) ?? personOf(story, stories);
  const person = names.find((name) => name === wanted) ?? names[0] ?? '';
  useEffect(() => onPerson(person), [person, onPerson]);
  const place = document.getElementById('people');
  if (place === null || names.length < 2) return null;
  const choose = (name: string): void => {
    sessionStorage.setItem(key(tab), name);
    setChosen({ ...chosen, [tab]: name });
  };
  return createPortal(
    <div className="people" role="radiogroup" aria-label="This tab asks as">
      <span aria-hidden="true">This tab asks as</span>
      {names.map((name) => (
        <button key={name} type="button" role="radio" aria-checked={name === person} onClick={() => choose(name)}>
          {name}
        </button>
      ))}
    </div>,
    place,
  );
}

const firstStep = (query: string | null | undefined): string =>
  /^(?:query|mutation|subscription)\s+(\w+)/m.exec(query ?? '')?.[1] ?? '';

const personOf = (step: string, stories: readonly StoryTab[]): string | undefined =>
  stories.find(({ query }) => firstStep(query) === step)?.person;
