export default { tags: "posts", permalink: (data) => `/fleet/${data.page.fileSlug}/` };
