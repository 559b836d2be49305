export const Opening = () => (
  <p className="opening" role="status">
    Opening the playground …
  </p>
);
