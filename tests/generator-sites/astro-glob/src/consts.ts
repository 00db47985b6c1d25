export const SITE_TITLE = 'The Quay';
