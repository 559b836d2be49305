const files: Record<string, string> = WORKERS;

/** Where monaco finds its workers: among our own files. */
Object.assign(globalThis, {
  MonacoEnvironment: {
    getWorker: (_id: string, label: string) =>
      new Worker(new URL(files[label] ?? WORKERS.editor, import.meta.url), { name: label }),
  },
});
