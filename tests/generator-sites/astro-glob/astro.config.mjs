export default { site: 'https://quay.example' };
