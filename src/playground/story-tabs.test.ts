import { storyTabs } from './story-tabs';

const documents = {
  demo: `
# Break Overseerr.
mutation Break { demoSetFault(kind: OVERSEERR, fault: DOWN) { state } }`,
  requests: `# Ask for a film.
# Variables: { "tmdbId": 603 }
mutation Ask($tmdbId: Int!) { requestMedia(tmdbId: $tmdbId) { ...Answer } }

# What an answer tells.
fragment Answer on Payload { request { ...Short } }

# And watch it.
subscription Watch($id: ID!, $mine: Boolean! = false, $after: Position) { requestUpdated { position } }

fragment Short on Request { id }
`,
  accounts: '{ me { name } }',
};

const everything = new Set(['me', 'requestMedia', 'requestUpdated', 'demoSetFault']);

describe('storyTabs', () => {
  it('makes a tab of each operation, in the order of the story', () => {
    const rootFields = storyTabs(documents, everything).map(({ query }) => /\{ (\w+)/.exec(query)?.[1]);
    expect(rootFields).toEqual(['me', 'requestMedia', 'requestUpdated', 'demoSetFault']);
  });

  it('leads each operation by the comments above it and follows it by the fragments it uses, whole', () => {
    const [, ask, watch] = storyTabs(documents, everything);
    expect(ask?.query).toBe(`# Ask for a film.
mutation Ask($tmdbId: Int!) { requestMedia(tmdbId: $tmdbId) { ...Answer } }

# What an answer tells.
fragment Answer on Payload { request { ...Short } }

fragment Short on Request { id }`);
    expect(watch?.query).toEqual(expect.stringMatching(/^# And watch it.\nsubscription Watch.*\{ position \} \}$/));
  });

  it('moves sample variables from the comments to their own pane, or names what must be filled in', () => {
    const [me, ask, watch] = storyTabs(documents, everything).map(({ variables }) => JSON.parse(variables) as unknown);
    expect([me, ask, watch]).toEqual([{}, { tmdbId: 603 }, { id: '' }]);
  });

  it('leaves out what this server does not have', () => {
    const tabs = storyTabs(documents, new Set(['me', 'requestUpdated']));
    expect(tabs.map(({ query }) => query)).toEqual([expect.stringContaining('me'), expect.stringContaining('Watch')]);
  });
});
