export default { litelement: true, packagejson: false };
