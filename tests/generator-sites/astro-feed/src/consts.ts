export const SITE_TITLE = "The Cape";
