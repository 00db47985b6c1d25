import { defineConfig } from 'astro/config';
export default defineConfig({ site: 'https://quay.example', i18n: { defaultLocale: 'en', locales: ['en', 'fr'] } });
