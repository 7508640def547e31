# Sourced by scripts: sets and exports JAVA_HOME to a JDK 25 or later, or ends the script with what to install.
# Looks at JAVA_HOME, the javac on the PATH, and the places where packages, SDKMAN, IDEs and Homebrew put JDKs.
jdk_feature() {
  [ -x "$1/bin/javac" ] && [ -r "$1/release" ] && sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
}
jdk_found=$(jdk_feature "${JAVA_HOME:-/nonexistent}") || :
if [ "${jdk_found:-0}" -lt 25 ]; then
  jdk_default=$(command -v javac || :)
  [ -z "$jdk_default" ] || jdk_default=$(dirname "$(dirname "$(readlink -f "$jdk_default")")")
  for jdk_dir in "$jdk_default" /usr/lib/jvm/*25* /usr/java/*25* "${HOME:-/nonexistent}"/.sdkman/candidates/java/25* \
    "${HOME:-/nonexistent}"/.jdks/*25* /Library/Java/JavaVirtualMachines/*25*/Contents/Home /opt/homebrew/opt/openjdk@25; do
    jdk_found=$(jdk_feature "$jdk_dir") || :
    if [ "${jdk_found:-0}" -ge 25 ]; then
      [ -z "${JAVA_HOME:-}" ] || echo "${0##*/}: JAVA_HOME is older than Java 25, using $jdk_dir" >&2
      JAVA_HOME=$jdk_dir
      export JAVA_HOME
      break
    fi
  done
  if [ "${jdk_found:-0}" -lt 25 ]; then
    echo "${0##*/}: no JDK 25 found: install one (Debian/RPM: temurin-25-jdk, SDKMAN: sdk install java 25-tem, macOS: brew install --cask temurin@25) or set JAVA_HOME" >&2
    exit 1
  fi
fi
