export default function (config) {
  config.addCollection('notes', (api) => api.getFilteredByGlob(['src/content/notes/**/*.md', '!**/private/**']));
  return { dir: { input: 'src' } };
}
