package structured

// family is a kind of files in which blanks, not signs, part a name from its
// value, or whose lines have a form of their own. In a pattern the words are, in
// any case,
//
//	word   the word itself
//	*      any word, or any part of one
//	…      any number of words
//	NAME   the name of a secret, or a part of a word around it: "env.NAME"
//	{}     the secret, or a part of a word around it: ">{}", "*:{}"
//
// What follows on the line is not looked at. Quotes around a secret, and a comma or
// semicolon behind it, are no part of it.
type family struct {
	names []string // of files, as in format
	title string
	// keyless says that its lines have no word for a secret, so that it is looked
	// at without one.
	keyless bool
	lines   []string
}

// families are tried in this order of their names: whole ones, patterns, endings.
var families = []family{
	// Databases and caches.
	{[]string{"redis.conf", "redis*.conf", "redis/*.conf", "sentinel.conf", "valkey.conf", "*.acl"}, "Redis password", true, []string{
		"requirepass {}", "masterauth {}", "primaryauth {}", "sentinel auth-pass * {}", "sentinel sentinel-pass {}", "tls-key-file-pass {}", "user * … >{}"}},
	{[]string{"userlist.txt"}, "pgbouncer password", true, []string{"* {}"}},
	{[]string{"local.ini", "local.d/*.ini", "couchdb/*.ini"}, "CouchDB password", true, []string{"admin = {}", "admin={}"}},
	{[]string{"jmxremote.password", "jmx*.password"}, "JMX password", true, []string{"* {}"}},
	{[]string{"jaas.conf", "*jaas.conf", "*.jaas"}, "JAAS password", false, []string{"user_*={}", "… password={}", "password={}"}},
	// Directories.
	{[]string{"ldap.conf", "nslcd.conf", "pam_ldap.conf", "libnss-ldap.conf", "slapd.conf", "sudo-ldap.conf"}, "LDAP password", true, []string{
		"bindpw {}", "authldapbindpassword {}", "rootbindpw {}", "rootpw {}", "tls_keypass {}", "… credentials={}"}},
	{[]string{"*.ldif"}, "LDAP password", true, []string{"olcrootpw: {}", "userpassword: {}", "userpassword:: {}", "… credentials={}"}},
	{[]string{"sssd.conf", "sssd/conf.d/*.conf"}, "LDAP password", true, []string{"ldap_default_authtok = {}", "ldap_default_authtok={}"}},
	{[]string{"freeradius/users", "raddb/users", "files/authorize"}, "RADIUS password", false, []string{"* cleartext-password := {}", "* user-password := {}"}},
	{[]string{"tac_plus.conf", "tac_plus*.conf"}, "TACACS+ secret", false, []string{"key = {}", "… cleartext {}"}},
	// Networks.
	{[]string{"snmpd.conf", "snmptrapd.conf", "snmp.conf", "snmp/*.conf"}, "SNMP community or password", true, []string{
		"rocommunity {}", "rwcommunity {}", "rocommunity6 {}", "rwcommunity6 {}", "com2sec -cn * * * {}", "com2sec * * {}", "com2sec6 * * {}", "createuser -e * * * {}", "createuser * * {}",
		"trapcommunity {}", "trapsink * {}", "trap2sink * {}", "informsink * {}", "community {}", "authcommunity * {}", "defauthpassphrase {}", "defprivpassphrase {}", "defcommunity {}", "defpassphrase {}"}},
	{[]string{"rndc.key", "rndc.conf", "named.conf", "named.conf.*", "bind/*.key", "dhcpd.conf"}, "TSIG key", false, []string{"secret {}", "… secret {}"}},
	{[]string{"ntp.keys", "chrony.keys"}, "NTP key", true, []string{"* md5 {}", "* m {}", "* sha1 {}", "* sha256 {}"}},
	{[]string{"bgpd.conf", "frr.conf", "zebra.conf", "ospfd.conf", "ripd.conf", "vtysh.conf"}, "router password", true, []string{"password {}", "enable password {}", "neighbor * password {}", "… message-digest-key * md5 {}", "… authentication-key {}"}},
	{[]string{"keepalived.conf"}, "VRRP password", true, []string{"auth_pass {}"}},
	{[]string{".cloginrc"}, "router password", false, []string{"add password * {}"}},
	// Mail.
	{[]string{".fetchmailrc", "fetchmailrc", "msmtprc", ".msmtprc", "esmtprc", ".esmtprc", "ssmtp.conf", "getmailrc", ".mbsyncrc"}, "mail password", true, []string{
		"… password {}", "… pass {}", "… password is {}", "authpass {}", "authpass={}"}},
	{[]string{"sasl_passwd", "sasl/passwd", "relay_passwd", "smtp_auth"}, "mail relay password", true, []string{"* *:{}"}},
	{[]string{"passwd.client"}, "mail relay password", true, []string{"*:*:{}"}},
	{[]string{"dovecot/users", "dovecot/passwd", "dovecot.passwd"}, "mailbox password", true, []string{"*:{plain}{}", "*:{cleartext}{}", "*:{plain-md5}{}"}},
	{[]string{"voicemail.conf"}, "mailbox password", true, []string{"* => {}"}},
	// Proxies.
	{[]string{"haproxy*.cfg", "haproxy/*.cfg"}, "HAProxy password", true, []string{"stats auth *:{}", "user * insecure-password {}", "user * … insecure-password {}"}},
	{[]string{"squid.conf", "squid/*.conf"}, "proxy password", true, []string{"cache_peer … login=*:{}", "cachemgr_passwd {}"}},
	{[]string{"monitrc", ".monitrc", "monit/*"}, "monit password", true, []string{"allow *:{}", "… allow *:{}", "… password {}"}},
	// Files and packages.
	{[]string{"proftpd.conf", "proftpd/*.conf"}, "database password", true, []string{"sqlconnectinfo * * {}", "sqlnamedconnectinfo * * * * {}"}},
	{[]string{"rsyncd.secrets", "*.secrets"}, "rsync password", true, []string{"*:{}"}},
	{[]string{"svn/passwd", "conf/passwd", "svnserve.passwd"}, "Subversion password", true, []string{"* = {}", "*={}"}},
	{[]string{"davfs2/secrets"}, "WebDAV password", true, []string{"* * {}"}},
	{[]string{"fstab", "auto.*", "autofs.*"}, "password of a share", true, []string{"… *password={}", "… *pass={}"}},
	// Monitoring.
	{[]string{"plugin-conf.d/*", "munin-node"}, "value of a variable", false, []string{"env.NAME {}"}},
	{[]string{"resource.cfg"}, "Nagios macro", true, []string{"$user*$={}"}},
	{[]string{"*commands.cfg", "objects/*.cfg", "nagios/*.cfg", "nrpe.cfg"}, "password of a check", true, []string{"… -p {}", "… --password {}", "… --password={}"}},
	{[]string{"php.ini", "php*.ini"}, "PHP password", true, []string{"mysqli.default_pw = {}", "mysqli.default_pw={}", "mysql.default_password = {}", "odbc.default_pw = {}"}},
	// Installers.
	{[]string{"ks.cfg", "*.ks", "anaconda-ks.cfg", "kickstart/*.cfg"}, "kickstart password", true, []string{"rootpw --plaintext {}", "rootpw {}", "user … --password={}", "bootloader … --password={}"}},
	{[]string{"preseed.cfg", "preseed/*", "*.seed"}, "preseed password", false, []string{"* NAME password {}"}},
	{[]string{"user-data", "cloud.cfg", "cloud.cfg.d/*", "cloud-config*", "cloud-init*"}, "cloud-init password", false, []string{"root:{}", "- root:{}", "… plain_text_passwd: {}"}},
	// Programs.
	{[]string{"vm.args", "*.vm.args"}, "Erlang cookie", true, []string{"-setcookie {}"}},
	{[]string{"dockerfile", "dockerfile.*", "*.dockerfile", "containerfile"}, "value of a variable", false, []string{"env NAME {}"}},
	{[]string{"*.properties"}, "value of a property", false, []string{"NAME {}"}},
	{[]string{".cshrc", ".tcshrc", "*.csh", "*.fish"}, "value of a variable", false, []string{"setenv NAME {}", "set -gx NAME {}", "set -x NAME {}"}},
	// What other families do not take.
	{[]string{".htaccess", "httpd.conf", "apache2.conf", "*.vhost", "sites-enabled/*", "sites-available/*", "fastcgi_params", "*.conf"}, "value of a directive", false, []string{
		"setenv NAME {}", "env[NAME] = {}", "fastcgi_param NAME {}", "uwsgi_param NAME {}", "set $NAME {}", "… set $NAME {}", "proxy_set_header authorization {}", "… proxy_set_header authorization {}", "proxy_set_header NAME {}",
		"requestheader set authorization {}", "requestheader set NAME {}", "authldapbindpassword {}", "… password={}", "NAME {}", "sqlconnectinfo * * {}", "setcookie {}"}},
}
