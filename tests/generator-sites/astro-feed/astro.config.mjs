export default { site: "https://cape.example" };
