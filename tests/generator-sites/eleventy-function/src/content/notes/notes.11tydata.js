import { DateTime } from 'luxon';
export default {
  permalink: (data) => {
    const day = DateTime.fromJSDate(data.page.date, { zone: 'utc' });
    const name = data.short || data.page.fileSlug;
    return `/${day.toFormat('yyyy/LL')}/${name}/`;
  },
};
