package secrets

import "peel/analyzer/finding"

// Check says what is wrong when a check of this family finds something, to whom
// it matters and what to do.
type Check struct {
	ID       string
	Title    string
	Severity finding.Severity // the usual one
	What     string
	Why      string
	Before   string // Containerfile lines
	After    string
	Fix      string
	Link     string // reference
}

// Advice that many checks share.
const (
	whyLayers = "Whoever can pull the image can read every layer of it, also files that a later step deletes. Registries, caches and old tags keep them after a new build."
	fixRotate = "Revoke the credential first: it must count as known. Then build without it, and remove the old tags."
	linkMount = "https://docs.docker.com/build/building/secrets/"
	linkCIS   = "CIS Docker Benchmark 4.10; https://docs.docker.com/build/building/best-practices/"
	mountFix  = "RUN --mount=type=secret,id=token,env=TOKEN ./fetch.sh"
)

// Checks are those of this family, by id. S030, S050 and S051 also go along
// with others.
var Checks = []Check{
	{"S001", "private key", finding.Critical, "A file holds a private key that no passphrase protects; it was parsed.", "Whoever has the key is who it says: a server, a user, a signer. " + whyLayers, "COPY id_ed25519 /root/.ssh/", "RUN --mount=type=ssh git clone git@host:repo", "Make a new key pair, mount the key while building or running. " + fixRotate, linkMount},
	{"S002", "encrypted private key", finding.Medium, "A file holds a private key that is encrypted with a passphrase.", "The passphrase can be guessed without limit once the file is out. " + whyLayers, "COPY server.key /etc/ssl/private/", "# mount the key when the container starts", "Mount the key at run time, and replace it if the passphrase is weak.", linkMount},
	{"S003", "keystore", finding.High, "A PKCS#12, JKS or JCEKS keystore holds a key.", "Keystores are often protected by a default password such as changeit. " + whyLayers, "COPY app.p12 /app/", "# mount the keystore when the container starts", "Mount the keystore at run time and give it a password of its own.", linkMount},
	{"S004", "AWS access key", finding.Critical, "An AWS access key is in the image; with its secret it opens the account.", "Bots find such keys within minutes and use them. " + whyLayers, "ENV AWS_SECRET_ACCESS_KEY=…", "RUN --mount=type=secret,id=aws,target=/root/.aws/credentials aws s3 cp …", fixRotate + " At run time take the role of the machine or the pod.", "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html"},
	{"S005", "Google Cloud key", finding.Critical, "A Google Cloud key or service account file is in the image.", "It acts as the service account, wherever it is used. " + whyLayers, "COPY key.json /app/", "RUN --mount=type=secret,id=gcp,target=/key.json …", fixRotate + " At run time take workload identity.", "https://cloud.google.com/iam/docs/best-practices-for-managing-service-account-keys"},
	{"S006", "Azure credential", finding.Critical, "An Azure storage key, signature or client secret is in the image.", "It grants what the account or the principal may do. " + whyLayers, "ENV AZURE_CLIENT_SECRET=…", mountFix, fixRotate + " At run time take a managed identity.", linkMount},
	{"S007", "cloud credential", finding.Critical, "A token of a cloud or infrastructure provider is in the image.", "It reaches servers, data and bills. " + whyLayers, "ENV DIGITALOCEAN_TOKEN=…", mountFix, fixRotate, linkMount},
	{"S010", "code host token", finding.Critical, "A token of GitHub, GitLab, Bitbucket or a build service is in the image.", "It reads and perhaps writes source code and packages, which is how supply chains are attacked. " + whyLayers, "RUN git clone https://TOKEN@github.com/a/b", "RUN --mount=type=secret,id=gh,env=GH_TOKEN git clone https://github.com/a/b", fixRotate, linkMount},
	{"S011", "package registry token", finding.Critical, "A token of a package registry is in the image.", "With it others can publish packages in your name. " + whyLayers, "COPY .npmrc .", "RUN --mount=type=secret,id=npmrc,target=/root/.npmrc npm ci", fixRotate, linkMount},
	{"S012", "service token", finding.High, "A token of a service is in the image.", "It acts for you at that service, and costs or leaks what you have there. " + whyLayers, "ENV STRIPE_KEY=…", "# give the variable when the container starts", fixRotate, linkMount},
	{"S020", "registry login", finding.Critical, "A Docker or Podman login file holds credentials of a registry.", "They pull, and perhaps push, images in your name. " + whyLayers, "COPY config.json /root/.docker/", "RUN --mount=type=secret,id=docker,target=/root/.docker/config.json …", fixRotate, linkMount},
	{"S021", "npm login", finding.High, "An .npmrc holds a token or a password.", "It installs private packages, and perhaps publishes. " + whyLayers, "COPY .npmrc .\nRUN npm ci && rm .npmrc", "RUN --mount=type=secret,id=npmrc,target=.npmrc npm ci", fixRotate, "https://docs.npmjs.com/docker-and-private-modules"},
	{"S022", "PyPI login", finding.High, "A .pypirc or pip configuration holds a password.", "It installs private packages, and perhaps publishes. " + whyLayers, "COPY .pypirc /root/", "RUN --mount=type=secret,id=pip,target=/root/.config/pip/pip.conf pip install -r requirements.txt", fixRotate, linkMount},
	{"S023", ".netrc login", finding.High, "A .netrc holds passwords of hosts.", "curl, git and others use them unasked. " + whyLayers, "COPY .netrc /root/", "RUN --mount=type=secret,id=netrc,target=/root/.netrc …", fixRotate, linkMount},
	{"S024", "stored git login", finding.High, "git's credential store holds passwords.", "They read and perhaps write source code. " + whyLayers, "RUN git config credential.helper store && git clone …", "RUN --mount=type=ssh git clone …", fixRotate, linkMount},
	{"S025", "login in a git configuration", finding.High, "A .git/config has credentials in a URL or in an extra header.", "A clone left in the image brings them along. " + whyLayers, "RUN git clone https://user:token@host/repo /app", "RUN --mount=type=secret,id=gh,env=GH_TOKEN git clone … && rm -rf /app/.git", fixRotate, linkMount},
	{"S026", "database login", finding.High, "A .pgpass, .my.cnf or the like holds a password.", "It opens the database to who can reach it. " + whyLayers, "COPY .pgpass /root/", "# mount the file when the container starts", fixRotate, linkMount},
	{"S027", "Kubernetes credential", finding.High, "A kubeconfig, service account token or secret manifest is in the image.", "It controls what it is allowed to in the cluster. " + whyLayers, "COPY kubeconfig /root/.kube/config", "# let the pod use its service account", fixRotate, "https://kubernetes.io/docs/concepts/security/secrets-good-practices/"},
	{"S028", "Maven or Gradle login", finding.High, "A settings.xml or gradle.properties holds a password.", "It reads and perhaps publishes artifacts. " + whyLayers, "COPY settings.xml /root/.m2/", "RUN --mount=type=secret,id=m2,target=/root/.m2/settings.xml mvn package", fixRotate, linkMount},
	{"S029", "credentials of an infrastructure tool", finding.High, "A Terraform state, Ansible, rclone, s3cmd, boto or cloud tool file holds credentials.", "Such files hold the keys of whole environments. " + whyLayers, "COPY . .", "# .dockerignore: *.tfstate, *.tfvars, .config/", fixRotate + " Keep these files out of the build context.", "https://docs.docker.com/build/concepts/context/#dockerignore-files"},
	{"S030", "secret in a history file", finding.High, "A shell, interpreter or database history holds a secret that somebody typed.", "Commands tell how to use it, too. " + whyLayers, "RUN mysql -pPASSWORD < dump.sql", "RUN --mount=type=secret,id=db,env=MYSQL_PWD mysql < dump.sql", fixRotate + " Remove history files in the step that writes them.", linkMount},
	{"S031", "secret in a .env file", finding.High, "A .env file with values that are no placeholders is in the image.", "It holds all the credentials of an application at once. " + whyLayers, "COPY . .", "# .dockerignore: .env*", fixRotate + " Give variables when the container starts.", "https://docs.docker.com/build/concepts/context/#dockerignore-files"},
	{"S032", "URL with a password", finding.High, "A URL with a user's password in it is in the image.", "It opens the database, registry or repository that it names. " + whyLayers, "ENV DATABASE_URL=postgres://app:PASSWORD@db/app", "# give the variable when the container starts", fixRotate, linkMount},
	{"S033", "secret by its name", finding.Medium, "A field of a configuration file, an argument of a command or an assignment in code is named as a password, a secret or a token, and its value is no placeholder. In code the value looks random.", "It may be a credential of your own systems, whose form nobody else knows. " + whyLayers, "COPY settings.py .", "# read the value from the environment", "If it is real, revoke it and read it at run time; if not, accept it with a reason.", linkCIS},
	{"S034", "JSON web token", finding.Medium, "A signed token is in the image. Whether it has expired was read from it.", "Until it expires it logs in as whom it names. " + whyLayers, "ENV TOKEN=eyJ…", "# give the variable when the container starts", fixRotate, "https://datatracker.ietf.org/doc/html/rfc8725"},
	{"S040", "secret in ENV", finding.Critical, "A variable of the image's config holds a secret.", "Variables are in the config that every tool shows, and in every process of every container. " + whyLayers, "ENV API_TOKEN=…", "# docker run --env-file …", fixRotate, linkCIS},
	{"S041", "secret in a build argument", finding.High, "The history shows the value of a build argument.", "Build arguments are written into the history of each RUN that could use them. " + whyLayers, "ARG TOKEN\nRUN ./fetch.sh", "RUN --mount=type=secret,id=token,env=TOKEN ./fetch.sh", fixRotate, "https://docs.docker.com/build/building/variables/"},
	{"S042", "secret in a build step", finding.High, "A command line of the history holds a secret.", "The history is a part of the config, which every tool shows. " + whyLayers, "RUN curl -u user:PASSWORD https://host/file", "RUN --mount=type=secret,id=netrc,target=/root/.netrc curl -n https://host/file", fixRotate, linkMount},
	{"S043", "secret in a label", finding.High, "A label or an annotation holds a secret.", "Registries show them without a pull. " + whyLayers, "LABEL token=…", "# no label", fixRotate, linkCIS},
	{"S044", "secret in the command", finding.High, "CMD, ENTRYPOINT or HEALTHCHECK holds a secret.", "It is in the config, and in the process list of the host. " + whyLayers, `CMD ["app", "--token", "…"]`, `CMD ["app"]  # reads TOKEN from the environment`, fixRotate, linkCIS},
	{"S045", "secret in ONBUILD or a comment", finding.High, "ONBUILD, the author or a comment holds a secret.", "It is in the config, and goes on to images built from this one. " + whyLayers, "ONBUILD ENV TOKEN=…", "# no ONBUILD", fixRotate, linkCIS},
	{"S050", "deleted secret", finding.High, "A later layer deletes or overwrites the file, but the layer that holds it still ships.", "docker save, or one request to the registry, brings it back. " + whyLayers, "COPY key .\nRUN use key && rm key", "RUN --mount=type=secret,id=key use /run/secrets/key", fixRotate, linkMount},
	{"S051", "secret inside an archive or a binary", finding.High, "The secret is in a file of an archive, or among the bytes of a program or a database.", "Unpacking is all it takes to have it. " + whyLayers, "COPY app.jar .", "# build the archive without the credential", fixRotate, linkMount},
	{"S052", "secret in an attestation", finding.High, "Provenance or a bill of materials that goes with the image holds a secret.", "Provenance in mode max lists the values of build arguments. " + whyLayers, "docker build --provenance=mode=max --build-arg TOKEN=…", "docker build --provenance=mode=max --secret id=token", fixRotate, "https://docs.docker.com/build/metadata/attestations/slsa-provenance/"},
}
