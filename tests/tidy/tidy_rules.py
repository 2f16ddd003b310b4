"""tidy_rules.py - the house rules that a program can check, one function each.

Every rule takes a Tree (and nothing else, except what its comment says) and returns a list of
complaints, "place: what is wrong". An empty list means the rule holds. docs/style.md says why the
rules are as they are; test_tidy.py proves that each of them notices a bad sample.
"""

import ast
import os
import re
import subprocess

ROOMS = ["engine", "proto", "persist", "gateway"]  # a room may include from itself and its left
BESIDE = ["tests", "bench"]  # may look into all rooms
PROTO_MAY_TAKE = {"types.h", "limits.h", "command.h", "event.h", "reason.h", "assert.h"}
PACKAGE_OF_HEADER = {"lmdb.h": "liblmdb-dev", "nng": "libnng-dev", "uv.h": "libuv1-dev",
                     "sodium.h": "libsodium-dev", "jansson.h": "libjansson-dev",
                     "ini.h": "libinih-dev", "isa-l": "libisal-dev", "uthash.h": "uthash-dev",
                     "cmocka.h": "libcmocka-dev"}
SYSTEM_FOLDERS = {"sys", "arpa", "netinet", "linux"}  # of the C library and the kernel
SYSTEM_HEADERS = set("""argp.h ctype.h dirent.h endian.h errno.h fcntl.h ftw.h getopt.h inttypes.h
    limits.h poll.h pthread.h sched.h setjmp.h signal.h spawn.h stdalign.h stdarg.h stdatomic.h
    stdbool.h stddef.h stdint.h stdio.h stdlib.h string.h sysexits.h time.h unistd.h x86intrin.h
    algorithm list map new unordered_map vector""".split())
ENGINE_SYSTEM_HEADERS = {"stdbool.h", "stddef.h", "stdint.h", "string.h"}
OWNER_OF_HEADER = {"lmdb.h": ["persist"], "nng": ["proto", "gateway"], "uv.h": ["gateway"],
                   "jansson.h": ["gateway"], "ini.h": ["gateway"]}
FUNCTION_LINES_MAX = 70
FILE_LINES_MAX = 600
COLUMNS_MAX = 100
DOCUMENT_COLUMNS_MAX = 120
SKIPPED_FOLDERS = {".git", ".cache", "__pycache__", ".hypothesis", ".pytest_cache"}
ONE_PER_FOLDER = {"meson.build", "README.md", "run"}

C_LIKE = (".c", ".h", ".cpp", ".hpp", ".def")
CODE = C_LIKE + (".py", ".sh", ".build")

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


class Tree:
    """The files of a source tree, read once. Build folders are left out."""

    def __init__(self, root):
        self.root = root
        self.text = {}
        for folder, folders, names in os.walk(root):
            folders[:] = sorted(f for f in folders if not is_skipped(folder, f))
            for name in sorted(names):
                path = os.path.join(folder, name)
                if os.path.isfile(path):
                    self.text[os.path.relpath(path, root)] = read_text(path)

    def files(self, suffixes=None, room=None):
        """(path, text) of all files with one of these endings, in one top-level folder or all."""
        for path, text in self.text.items():
            if suffixes and not path.endswith(suffixes):
                continue
            if room and not path.startswith(room + "/"):
                continue
            yield path, text


def is_skipped(folder, name):
    if name in SKIPPED_FOLDERS:
        return True
    inside = os.path.join(folder, name)
    return name.startswith("build") and os.path.isdir(os.path.join(inside, "meson-private"))


def read_text(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def strip_comments(text):
    """C text with comments and strings blanked, line numbers kept."""
    pattern = re.compile(
        r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.DOTALL)
    return pattern.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)


def numbered(text):
    return enumerate(text.splitlines(), start=1)


# --- rooms ------------------------------------------------------------------------------------


def include_direction(tree):
    """Includes are written from the root and point to the left; engine <- proto <- ... ."""
    complaints = []
    for path, text in tree.files(C_LIKE):
        room = path.split("/")[0]
        for line, source in numbered(text):
            match = INCLUDE.match(source)
            if match and match.group(1) == '"':
                why = wrong_project_include(room, match.group(2))
            elif match:
                why = wrong_system_include(room, match.group(2))
            else:
                continue
            if why:
                complaints.append(f"{path}:{line}: {match.group(2)}: {why}")
    return complaints


def wrong_project_include(room, included):
    to_room, _, name = included.partition("/")
    if to_room not in ROOMS + BESIDE or not name:
        return "write the path from the root, starting with a room"
    if room in BESIDE:
        return "" if room == "tests" or to_room != "tests" else "bench may not look into tests"
    if room not in ROOMS:
        return "C files belong into a room"
    if to_room not in ROOMS or ROOMS.index(to_room) > ROOMS.index(room):
        return f"{room} may not look into {to_room}"
    if room == "proto" and to_room == "engine" and name not in PROTO_MAY_TAKE:
        return "proto takes only " + ", ".join(sorted(PROTO_MAY_TAKE)) + " from the engine"
    return ""


def wrong_system_include(room, included):
    if room == "engine" and included not in ENGINE_SYSTEM_HEADERS:
        return "the engine knows no system but " + ", ".join(sorted(ENGINE_SYSTEM_HEADERS))
    owners = OWNER_OF_HEADER.get(included.split("/")[0])
    if owners and room in ROOMS and room not in owners:
        return f"only {', '.join(owners)} may use it"
    return ""


def build_direction(tree):
    """A room's meson.build names only its own library and those to its left."""
    complaints = []
    for index, room in enumerate(ROOMS):
        for path, text in tree.files((".build",), room):
            text = re.sub(r"#[^\n]*|'[^'\n]*'", "", text)
            for right in ROOMS[index + 1:]:
                if re.search(rf"\b{right}(_lib)?\b", text):
                    complaints.append(f"{path}: {room} lists its right neighbour {right}")
    return complaints


def engine_is_pure(tree):
    """No floating point, heap, clock, output or random number in the engine's sources."""
    banned = re.compile(
        r"\b(float|double|malloc|calloc|realloc|free|printf|fprintf|snprintf|puts|fopen|time|"
        r"clock_gettime|gettimeofday|rand|random|getenv|pthread_\w+)\s*(\(|\b(?=\s+\w))")
    complaints = []
    for path, text in tree.files(C_LIKE, "engine"):
        for line, source in numbered(strip_comments(text)):
            for match in banned.finditer(source):
                word = match.group(1)
                is_type = word in ("float", "double")
                if is_type or match.group(2) == "(":
                    complaints.append(f"{path}:{line}: {word} has no place in the engine")
    return complaints


ALLOWED_SYMBOLS = re.compile(
    r"^(mem(cpy|move|set|cmp)|__(u?div|u?mod)(t|d)i3|__u?divmodti4|__multi3|__ashlti3|__lshrti3|"
    r"__popcountdi2|__clzti2|__stack_chk_fail|_GLOBAL_OFFSET_TABLE_|"
    r"__mem(cpy|move|set)_chk|__(asan|ubsan|tsan|sanitizer|lsan|gcov)_\w*|__llvm_\w*)$")


def engine_symbols(nm_output):
    """Undefined symbols of the engine's library that no other of its objects defines.
    Takes the text `nm` prints for the library, not a Tree."""
    defined, wanted = set(), set()
    for line in nm_output.splitlines():
        words = line.split()
        if len(words) == 2 and words[0] in ("U", "w", "v"):
            wanted.add(words[1])
        elif len(words) == 3:
            defined.add(words[2])
    return [f"libengine: {symbol} comes from outside" for symbol in sorted(wanted - defined)
            if not ALLOWED_SYMBOLS.match(symbol)]


def engine_symbols_of(library):
    result = subprocess.run(["nm", library], capture_output=True, text=True, check=True)
    return engine_symbols(result.stdout)


# --- sizes and shapes -------------------------------------------------------------------------


def function_length(tree):
    """A function has at most 70 lines, unless the comment above it says `Long because`."""
    complaints = []
    for path, text in tree.files((".c", ".h", ".cpp")):
        complaints += [f"{path}:{first}: function of {count} lines"
                       for first, count in long_functions(text.splitlines())]
    for path, text in tree.files((".py",)):
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                count = node.end_lineno - node.lineno + 1
                if count > FUNCTION_LINES_MAX:
                    complaints.append(f"{path}:{node.lineno}: function of {count} lines")
    return complaints


def long_functions(lines):
    """(first line, line count) of each long function: a `{` alone in column 0 up to its `}`."""
    found = []
    opened = None
    for index, line in enumerate(lines):
        if line == "{" and opened is None:
            opened = index
        elif line.rstrip(";") == "}" and opened is not None:
            first = signature_start(lines, opened)
            count = index - first + 1
            if count > FUNCTION_LINES_MAX and not excused(lines, first):
                found.append((first + 1, count))
            opened = None
    return found


def signature_start(lines, opened):
    """Index of the line where the signature that ends above `opened` begins."""
    start = opened
    while start > 0 and lines[start - 1].strip() and \
            not re.search(r"([;}/]|^#.*)$", lines[start - 1].rstrip()):
        start -= 1
    return start


def excused(lines, first):
    """Whether the comment that ends right above line `first` says why the function is long."""
    index = first - 1
    comment = []
    while index >= 0 and re.match(r"\s*(/\*|\*|//)", lines[index]) or \
            index >= 0 and lines[index].rstrip().endswith("*/"):
        comment.append(lines[index])
        index -= 1
    return any("Long because" in line for line in comment)


def file_length(tree):
    return [f"{path}: {text.count(chr(10))} lines, the limit is {FILE_LINES_MAX}"
            for path, text in tree.files(CODE) if text.count("\n") > FILE_LINES_MAX]


def columns(tree):
    """Code stays inside 100 columns, documents inside 120; tables, links and examples may be
    longer."""
    complaints = []
    for path, text in tree.files(CODE + (".md",)):
        is_document = path.endswith(".md")
        limit = DOCUMENT_COLUMNS_MAX if is_document else COLUMNS_MAX
        in_example = False
        for line, source in numbered(text):
            in_example ^= is_document and source.startswith("```")
            may_be_long = is_document and (
                in_example or source.startswith(("|", "    ")) or "](" in source)
            if len(source) > limit and not may_be_long:
                complaints.append(f"{path}:{line}: {len(source)} columns")
    return complaints


def white_space(tree):
    complaints = []
    for path, text in tree.files(CODE + (".md",)):
        if text and not text.endswith("\n"):
            complaints.append(f"{path}: the last line has no end")
        for line, source in numbered(text):
            if source != source.rstrip() or "\t" in source:
                complaints.append(f"{path}:{line}: tab or blank at the end")
    return complaints


def unique_names(tree):
    """No two files share a name, so a prefix finds its file; x.c and x.h of one folder are one."""
    complaints = []
    seen = {}
    for path, _ in tree.files():
        folder, name = os.path.split(path)
        if name in ONE_PER_FOLDER or name.startswith("."):
            continue
        stem, suffix = os.path.splitext(name)
        key = stem if suffix in C_LIKE else name
        place = folder if suffix in C_LIKE else path
        if seen.setdefault(key, place) != place:
            complaints.append(f"{path}: the name is taken in {seen[key]}")
    return complaints


def header_guards(tree):
    """room/name.h is guarded by ROOM_NAME_H."""
    complaints = []
    for path, text in tree.files((".h", ".hpp")):
        guard = re.sub(r"[^A-Za-z0-9]", "_", path).upper()
        if not re.search(rf"^#ifndef {guard}\n#define {guard}$", text, re.MULTILINE):
            complaints.append(f"{path}: no guard {guard}")
        elif not text.rstrip().endswith("#endif") and "#endif /*" not in text.splitlines()[-1]:
            complaints.append(f"{path}: the guard does not close the file")
    return complaints


def file_comment(tree):
    """Every header starts by saying what it is: its own name, a dash, a sentence."""
    complaints = []
    for path, text in tree.files((".h", ".hpp")):
        name = os.path.basename(path)
        if not re.match(rf"(/\*|//) {re.escape(name)} - \S", text):
            complaints.append(f"{path}: does not start with `/* {name} - ...`")
    return complaints


# --- truth of documents and tests -------------------------------------------------------------


def reasons_documented(tree):
    """Every reason of reason.h stands in PROTOCOL.md with its number, and no other does."""
    header = tree.text.get("engine/reason.h", "")
    reasons = set(re.findall(r"^\s*X\((\d+),\s*(\w+),\s*(?:true|false),", header, re.MULTILINE))
    if not reasons:
        return ["engine/reason.h: no REASON_LIST found"]
    page = tree.text.get("proto/PROTOCOL.md")
    if page is None:
        return ["proto/PROTOCOL.md: missing"]
    rows = set(re.findall(r"^\|\s*(\d+)\s*\|\s*`?([A-Z_]+)`?\s*\|", page, re.MULTILINE))
    complaints = [f"proto/PROTOCOL.md: no row `| {number} | {name} |`"
                  for number, name in sorted(reasons - rows, key=lambda row: int(row[0]))]
    names = {name: number for number, name in reasons}
    complaints += [f"proto/PROTOCOL.md: {name} is {names[name]}, not {number}"
                   for number, name in sorted(rows - reasons) if name in names]
    return complaints


def links_exist(tree):
    """A relative link of a document leads to a file or folder."""
    complaints = []
    for path, text in tree.files((".md",)):
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            if re.match(r"[a-z]+:", target) or target.startswith("#"):
                continue
            place = os.path.normpath(os.path.join(os.path.dirname(path), target.split("#")[0]))
            if not os.path.exists(os.path.join(tree.root, place)):
                complaints.append(f"{path}: {target} does not exist")
    return complaints


def packages_known(tree):
    """A library's header has its Debian package in `run` and its row in dependencies.md."""
    complaints = []
    run, page = tree.text.get("run", ""), tree.text.get("docs/dependencies.md", "")
    for path, text in tree.files(C_LIKE):
        for line, source in numbered(text):
            match = INCLUDE.match(source)
            if not match or match.group(1) == '"':
                continue
            header = match.group(2).split("/")[0]
            package = PACKAGE_OF_HEADER.get(header)
            if package is None:
                if header not in SYSTEM_HEADERS | SYSTEM_FOLDERS:
                    complaints.append(f"{path}:{line}: {match.group(2)}: of which package?")
            elif package not in re.findall(r"[\w.+-]+", run) or package not in page:
                complaints.append(f"{path}:{line}: {package} is not in run and dependencies.md")
    return complaints


def tests_registered(tree):
    """A test program that no meson.build names would never run."""
    complaints = []
    for path, _ in tree.files((".c", ".cpp", ".py"), "tests"):
        folder, name = os.path.split(path)
        stem = os.path.splitext(name)[0]
        if not name.startswith("test_"):
            continue
        if not re.search(rf"\b{stem}\b", tree.text.get(folder + "/meson.build", "")) and \
                not re.search(rf"'{stem[5:]}'", tree.text.get(folder + "/meson.build", "")):
            complaints.append(f"{path}: not in {folder}/meson.build")
    return complaints


def no_machine_paths(tree):
    """Nothing depends on where it was written."""
    pattern = re.compile(r"(?<![\w./-])/(?:wor" + "k|roo" + "t|hom" + "e|far" + r"m)/[\w.]")
    return found(tree, pattern, "a path of one machine")


def nothing_unfinished(tree):
    """What is here is finished; what is not is in the tracker."""
    pattern = re.compile(r"\b(TO" + "DO|FIX" + "ME|X" + "XX|HA" + r"CK)\b")
    return found(tree, pattern, "unfinished")


def found(tree, pattern, what):
    complaints = []
    for path, text in tree.files():
        if os.path.basename(path) == "LICENSE":
            continue
        for line, source in numbered(text):
            match = pattern.search(source)
            if match:
                complaints.append(f"{path}:{line}: {what}: {match.group()}")
    return complaints


RULES = [include_direction, build_direction, engine_is_pure, function_length, file_length, columns,
         white_space, unique_names, header_guards, file_comment, reasons_documented, links_exist,
         packages_known, tests_registered, no_machine_paths, nothing_unfinished]
