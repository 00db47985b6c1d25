export const SITE_TITLE = "The Hill by Date";
