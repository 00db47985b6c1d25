export const NAME = 'The Quay';
export const SITE_TITLE = `${NAME} and its boats`;
export const FOLDER = 'src/content/posts';
