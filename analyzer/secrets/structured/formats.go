package structured

import "strings"

// format is a kind of file that is known by its name. A name with a slash is
// the end of a path; one that begins with a star the end of a name; one that
// ends with a star its beginning; one that ends with a slash a directory.
type format struct {
	names  []string
	parse  func(*file)
	family int // from 1, of what has one instead of a parser
}

var formats = []format{
	{names: []string{".docker/config.json", ".dockercfg", ".dockerconfigjson", "containers/auth.json", "kaniko/config.json", ".docker/.token_seed", "docker/config.json"}, parse: parseDocker},
	{names: []string{".npmrc", "npmrc", ".yarnrc", ".bunfig.toml", "bunfig.toml"}, parse: parseNPM},
	{names: []string{".yarnrc.yml", ".yarnrc.yaml"}, parse: parseYarn},
	{names: []string{".pypirc"}, parse: parsePypirc},
	{names: []string{"pip.conf", "pip.ini", "uv.toml", "pypoetry/auth.toml", "pydistutils.cfg", ".condarc", "requirements.txt", "pipfile", "sources.list", "*.sources"}, parse: parseIndexes},
	{names: []string{".netrc", "_netrc", ".authinfo", "apt/auth.conf", "apt/auth.conf.d/"}, parse: parseNetrc},
	{names: []string{".git-credentials", ".git/credentials", "git/credentials"}, parse: parseGitCredentials},
	{names: []string{".git/config", ".gitconfig", "etc/gitconfig", "git/config", ".gitmodules", ".git/fetch_head"}, parse: parseGitConfig},
	{names: []string{".hgrc", ".hg/hgrc"}, parse: parseHg},
	{names: []string{".pgpass", "pgpass.conf"}, parse: parsePgpass},
	{names: []string{".my.cnf", "my.cnf", ".mylogin.cnf", "debian.cnf", "*.my.cnf", "conf.d/client.cnf", ".mysql/config"}, parse: parseMyCnf},
	{names: []string{".kube/config", "kubeconfig", "*.kubeconfig", "kubeconfig.yaml", "kubeconfig.yml", "kubernetes/admin.conf", "kubelet.conf", "k3s.yaml"}, parse: parseKube},
	{names: []string{"serviceaccount/token", "var/run/secrets/tokens/"}, parse: parseToken},
	{names: []string{".vault-token", ".terraform.d/credentials", ".config/hub-token", ".dockerhub-token", ".huggingface/token", "huggingface/token"}, parse: parseBareToken},
	{names: []string{".m2/settings.xml", "maven/conf/settings.xml", "settings.xml", "settings-docker.xml"}, parse: parseMaven},
	{names: []string{"settings-security.xml"}, parse: parseMavenSecurity},
	{names: []string{"gradle.properties", "local.properties", "keystore.properties", "key.properties", "signing.properties", "init.gradle"}, parse: parseGradle},
	{names: []string{"nuget.config"}, parse: parseNuGet},
	{names: []string{".gem/credentials", ".bundle/config", "gem/credentials", ".local/share/gem/credentials"}, parse: parseGem},
	{names: []string{".cargo/credentials", ".cargo/credentials.toml", "cargo/credentials.toml", "cargo/credentials"}, parse: parseCargo},
	{names: []string{"composer/auth.json", ".composer/auth.json", "auth.json"}, parse: parseAuthJSON},
	{names: []string{"*.tfstate", "*.tfstate.backup"}, parse: parseTFState},
	{names: []string{"*.tfvars"}, parse: parseTFVars},
	{names: []string{"*.tfvars.json"}, parse: parseSecretJSON},
	{names: []string{".terraformrc", "terraform.rc", "credentials.tfrc.json"}, parse: parseTerraformRC},
	{names: []string{"rclone.conf", ".rclone.conf"}, parse: parseRclone},
	{names: []string{".s3cfg"}, parse: parseS3cfg},
	{names: []string{".boto", "boto.cfg", ".passwd-s3fs", "passwd-s3fs"}, parse: parseBoto},
	{names: []string{".aws/credentials", ".aws/config", "aws/credentials", "aws_credentials", "credentials.csv", "*accesskeys.csv", "rootkey.csv"}, parse: parseAWSAny},
	{names: []string{".aws/sso/cache/", ".aws/cli/cache/"}, parse: parseAWSCache},
	{names: []string{"application_default_credentials.json", "gcloud/legacy_credentials/", "gcloud/adc.json"}, parse: parseGCP},
	{names: []string{"gcloud/credentials.db", "gcloud/access_tokens.db"}, parse: parseGcloudDB},
	{names: []string{".azure/accesstokens.json", "accesstokens.json", "azureprofile.json", "msal_token_cache.json", "msal_token_cache.bin", ".azure/service_principal_entries.json", "msal_http_cache.bin"}, parse: parseAzure},
	{names: []string{"doctl/config.yaml", "gh/hosts.yml", "glab-cli/config.yml", ".config/hub", ".netlify/config.json", "netlify/config.json", ".vercel/auth.json", "com.vercel.cli/auth.json", ".config/configstore/firebase-tools.json", "heroku/credentials", ".fly/config.yml", "linode-cli", ".pulumi/credentials.json", ".oci/config", ".bluemix/config.json", ".databrickscfg", ".snowsql/config", ".kaggle/kaggle.json", "openstack/clouds.yaml", "clouds.yaml", ".dbt/profiles.yml", ".ngrok2/ngrok.yml", "ngrok.yml", ".travis/config.yml", ".circleci/cli.yml", "argocd/config", ".aliyun/config.json", ".tccli/default.credential", "hcloud/cli.toml", ".wrangler/config/default.toml", "sentryclirc", ".sentryclirc"}, parse: parseCLI},
	{names: []string{".env", ".env.*", "*.env", ".envrc", "env.sh", "environment", "etc/default/", "etc/sysconfig/", "*.envrc", "etc/environment.d/"}, parse: parseDotenv},
	{names: []string{".bash_history", ".zsh_history", ".zhistory", ".sh_history", ".ash_history", ".history", ".ksh_history", "fish_history", ".python_history", ".psql_history", ".mysql_history", ".mariadb_history", ".lesshst", ".rediscli_history", ".node_repl_history", ".sqlite_history", ".mongo_history", "mongosh/.repl_history", ".dbshell", ".irb_history", ".pry_history", ".php_history", ".wget-hsts", ".viminfo", ".local/state/bash/history", ".config/powershell/consolehost_history.txt", "consolehost_history.txt", ".scala_history", ".julia_history", ".influx_history", ".cqlsh_history", ".sqlcmd_history"}, parse: parseHistory},
	{names: []string{"wp-config.php", "wp-config-*", "localsettings.php", "settings.local.php", "configuration.php", "config.inc.php", "config.php", "settings.php", "database.php", "parameters.php", "app.php", "env.php", "config/*.php"}, parse: parsePHP},
	{names: []string{"database.yml", "secrets.yml", "mongoid.yml", "cable.yml", "storage.yml", "redis.yml", "shards.yml", "credentials.yml", "parameters.yml", "parameters.yaml"}, parse: parseRails},
	{names: []string{"master.key", "config/credentials/*.key"}, parse: parseMasterKey},
	{names: []string{"settings.py", "local_settings.py", "settings_local.py", "superset_config.py", "jupyter_notebook_config.py", "settings/*.py"}, parse: parsePython},
	{names: []string{".vscode/sftp.json", "sftp.json", "sftp-config.json", ".ftpconfig", ".remote-sync.json", ".sftpconfig.json", ".vscode/ftp-sync.json", "ftp-sync.json"}, parse: parseSFTP},
	{names: []string{".idea/webservers.xml", "webservers.xml", ".idea/deployment.xml", "deployment.xml", "datasources.local.xml", "datasources.xml"}, parse: parseJetBrains},
	{names: []string{"sitemanager.xml", "filezilla.xml", "recentservers.xml"}, parse: parseFileZilla},
	{names: []string{".htpasswd", "htpasswd", "*.htpasswd"}, parse: parseHtpasswd},
	{names: []string{"wireguard/*", "wg0.conf", "wg*.conf", "*.wg"}, parse: parseWireGuard},
	{names: []string{"*.ovpn"}, parse: parseOpenVPN},
	{names: []string{"wpa_supplicant.conf", "*.nmconnection", "chap-secrets", "pap-secrets", "ipsec.secrets"}, parse: parseNetwork},
	{names: []string{".gnupg/private-keys-v1.d/"}, parse: parseGnuPG},
	{names: []string{"secring.gpg"}, parse: parseSecring},
	{names: []string{".config/sops/age/keys.txt"}, parse: nil},
	{names: []string{"*.secret", "varnish/secret", "rpc.secret", "password.txt", "passwd.txt", "*_password.txt", "*-password.txt", "*.passwd.txt", "*_password", "run/secrets/*"}, parse: parseSecretFile},
	{names: []string{"openvpn/auth.txt", "openvpn/auth", "openvpn/*.auth", "openvpn/pass.txt", "openvpn/*.pass", "openvpn/credentials", "auth-user-pass"}, parse: parseUserPass},
	{names: []string{"svn.simple/", "svn.ssl.client-passphrase/"}, parse: parseSubversion},
}

// keyNames are files that hold nothing but keys: what any file may have is
// looked for in them.
var keyNames = []string{
	"id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "identity", "ssh_host_*", "*.pem", "*.key", "*.p8", "*.pk8", "*.ppk", "*.der", "*.p12", "*.pfx", "*.jks", "*.jceks", "*.bks", "*.keystore", "*.truststore",
	"*.asc", "*.gpg", "*.pgp", "*.crt", "*.cer", "*.age", "*.agekey", "cacerts", "*.pkcs12", "*.ovpn", "*.ks",
}

// index finds formats by the parts of a path.
type index struct {
	base map[string][]entryOf
	dirs map[string][]entryOf // by the name of a directory somewhere above
	ends map[string][]entryOf // by what is after the first, or the last, dot of a name
	glob map[byte][]entryOf   // by the first byte of a name, which may be a star
	// initials has the first letters of dirs, by length, which spare nearly all
	// look-ups: every file is asked about, with all its directories.
	initials [32]uint64
}

func (x *index) mayBeDir(name string) bool {
	return name != "" && len(name) < len(x.initials) && x.initials[len(name)]&(1<<(name[0]&63)) != 0
}

type entryOf struct {
	name string
	*format
}

func newIndex() *index {
	return &index{base: map[string][]entryOf{}, dirs: map[string][]entryOf{}, ends: map[string][]entryOf{}, glob: map[byte][]entryOf{}}
}

var byName = func() *index {
	x := newIndex()
	for i := range formats {
		for _, n := range formats[i].names {
			x.insert(entryOf{n, &formats[i]})
		}
	}
	keys := &format{parse: nil}
	for _, n := range keyNames {
		x.insert(entryOf{n, keys})
	}
	return x
}()

func (x *index) insert(e entryOf) {
	last := e.name[strings.LastIndexByte(strings.TrimSuffix(e.name, "/"), '/')+1:]
	switch {
	case strings.HasSuffix(last, "/"):
		last = strings.TrimSuffix(last, "/")
		x.dirs[last] = append(x.dirs[last], e)
		x.initials[len(last)] |= 1 << (last[0] & 63)
	case strings.HasPrefix(last, "*."):
		end := last[strings.LastIndexByte(last, '.')+1:]
		x.ends[end] = append(x.ends[end], e)
	case strings.Contains(last, "*"):
		x.glob[last[0]] = append(x.glob[last[0]], e)
	default:
		x.base[last] = append(x.base[last], e)
	}
}

// find gives the first entry that fits a path in lower case, one with a parser
// if there is any: the keys in GnuPG's directory are named as all keys are.
func (x *index) find(path string) (entryOf, bool) {
	e, ok := x.byBase(path)
	if ok && e.parse != nil {
		return e, true
	}
	if d, inDir := x.byDir(path); inDir {
		return d, true
	}
	return e, ok
}

func (x *index) byBase(path string) (entryOf, bool) {
	base := path[strings.LastIndexByte(path, '/')+1:]
	if base == "" {
		return entryOf{}, false
	}
	end := base[strings.LastIndexByte(base, '.')+1:]
	for _, list := range [...][]entryOf{x.base[base], x.glob[base[0]], x.glob['*'], x.ends[end]} {
		for _, e := range list {
			if e.fits(path, base) {
				return e, true
			}
		}
	}
	return entryOf{}, false
}

func (x *index) byDir(path string) (entryOf, bool) {
	for dir := range strings.SplitSeq(path[:strings.LastIndexByte(path, '/')+1], "/") {
		if !x.mayBeDir(dir) {
			continue
		}
		for _, e := range x.dirs[dir] {
			if strings.Contains("/"+path, "/"+e.name) {
				return e, true
			}
		}
	}
	return entryOf{}, false
}

func (e entryOf) fits(path, base string) bool {
	dir, last := "", e.name
	if i := strings.LastIndexByte(e.name, '/'); i >= 0 {
		dir, last = e.name[:i+1], e.name[i+1:]
	}
	before, after, star := strings.Cut(last, "*")
	if star && (len(base) < len(last)-1 || !strings.HasPrefix(base, before) || !strings.HasSuffix(base, after)) || !star && base != last {
		return false
	}
	return dir == "" || strings.HasSuffix("/"+path[:len(path)-len(base)], "/"+dir)
}

func lookup(path string) (entryOf, bool) {
	return byName.find(strings.ToLower(strings.TrimLeft(path, "/")))
}

// formatOf is the parser for a path, nil if there is none of its own.
func formatOf(path string) func(*file) {
	if e, ok := lookup(path); ok {
		return e.parse
	}
	return nil
}

// formatIn is the parser for a text whose beginning tells what it is, nil if it
// does not.
func formatIn(s string) func(*file) {
	head := s[:min(len(s), 4096)]
	has := func(parts ...string) bool {
		for _, p := range parts {
			if !strings.Contains(head, p) {
				return false
			}
		}
		return true
	}
	switch {
	case has(`"type"`, `"service_account"`), has(`"type"`, `"authorized_user"`):
		return parseGCP
	case has(`"auths"`, `"auth"`), has(`"auths"`, `"identitytoken"`), has(`"auths"`, `"password"`):
		return parseDocker
	case has("clusters") && (has("kind: Config") || has(`"Config"`) || has("current-context")):
		return parseKube
	case has(`"terraform_version"`, `"resources"`), has(`"terraform_version"`, `"modules"`):
		return parseTFState
	case has("<FileZilla3"):
		return parseFileZilla
	case has("<settings", "<server"):
		return parseMaven
	case has("[Interface]", "PrivateKey"):
		return parseWireGuard
	case has("[client]", "password"):
		return parseMyCnf
	case has("aws_secret_access_key"), has("aws_access_key_id"):
		return parseAWSAny
	case has("_authToken"):
		return parseNPM
	case has("<packageSourceCredentials"):
		return parseNuGet
	}
	return nil
}
