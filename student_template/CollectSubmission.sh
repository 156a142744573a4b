#!/bin/bash
# Checks the assignment's folder and packs it for the upload:  ./CollectSubmission.sh team_7  makes team_7.tar.gz.
# Written for the bash 3.2 of macOS as well. Needs tar, gzip, and python3 to look into the notebooks.

set -u -o pipefail
export LC_ALL=C             # [A-Za-z] means these letters only, in every language
export COPYFILE_DISABLE=1   # macOS: no ._* files in the archive

NOTEBOOKS="Assignment2-1_Implementing_CNN.ipynb Assignment2-2_Training_CNN.ipynb Assignment2-3_Visualizing_CNN.ipynb"
TRAINING_NOTEBOOK="Assignment2-2_Training_CNN.ipynb"
LAYERS="Utils/layer_utils.py"
LAYER_FUNCTIONS="conv_forward conv_backward max_pool_forward max_pool_backward"
CHECKPOINTS="Utils/model_checkpoints"

problems=0
problem() { echo "error: $1" >&2; problems=$((problems + 1)); }
warning() { echo "warning: $1" >&2; }
stop_on_problems() {
    if [ "$problems" -gt 0 ]; then
        echo "No archive was made. Mend the above and run this again." >&2
        exit 1
    fi
}

# One word about the notebook $1: filled (with outputs), cleared (code, but nothing of it was run), textonly (no code), or
# what keeps it from being read.
state_of_notebook() {
    python3 - "$1" <<'PYTHON'
import json
import sys

try:
    with open(sys.argv[1], encoding="utf-8-sig") as file:
        cells = json.load(file)["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code" and "".join(cell["source"]).strip()]
    was_run = any(cell.get("outputs") or cell.get("execution_count") is not None for cell in code)
    print("filled" if was_run else "cleared" if code else "textonly")
except ValueError:
    print("it is not valid JSON")
except (KeyError, TypeError, AttributeError):
    print("it is JSON, but not a notebook of format 4")
except OSError as error:
    print(error.strerror)
PYTHON
}

if [ $# -ne 1 ]; then
    problem "give the name of your team and nothing else, for example: ./CollectSubmission.sh team_7"
    stop_on_problems
fi
team=$1
case "$team" in
    "" | -* | *[!A-Za-z0-9_-]*)
        problem "the team name '$team' may have only letters, digits, _ and -, and not begin with -, for example: team_7"
        ;;
esac

found=0
for file in $NOTEBOOKS "$LAYERS"; do
    if [ -f "$file" ]; then found=1; fi
done
if [ "$found" -eq 0 ]; then
    problem "this is not the assignment's folder ($PWD): go with cd to where the notebooks and Utils are"
    stop_on_problems
fi

have_python=1
if ! python3 -c "" >/dev/null 2>&1; then
    have_python=0
    problem "python3 is needed to look into the notebooks: run this in the environment that Jupyter runs in, or install Python 3"
fi

training_has_code=0
for notebook in $NOTEBOOKS; do
    if [ ! -f "$notebook" ]; then
        problem "$notebook is missing: put it back into this folder"
    elif [ "$have_python" -eq 1 ]; then
        state=$(state_of_notebook "$notebook")
        case "$state" in
            filled | cleared)
                if [ "$notebook" = "$TRAINING_NOTEBOOK" ]; then training_has_code=1; fi
                if [ "$state" = cleared ]; then
                    problem "the outputs of $notebook are cleared: run all of its cells in Jupyter and save it"
                fi
                ;;
            textonly) ;;
            *) problem "$notebook cannot be read (${state:-python3 failed}): open it in Jupyter and save it again" ;;
        esac
    fi
done

if [ ! -f "$LAYERS" ]; then
    problem "$LAYERS is missing: put it back, your code of Part 1 is in it"
elif [ ! -r "$LAYERS" ]; then
    problem "$LAYERS cannot be read: allow it with chmod u+r $LAYERS"
else
    unwritten=""
    for name in $LAYER_FUNCTIONS; do
        if grep -q "^ *raise NotImplementedError(\"$name is not written yet\")" "$LAYERS"; then
            unwritten="$unwritten $name"
        fi
    done
    if [ "$unwritten" = " $LAYER_FUNCTIONS" ]; then
        warning "$LAYERS is as you got it: none of its functions is written yet"
    elif [ -n "$unwritten" ]; then
        warning "$LAYERS has functions that are not written yet:$unwritten"
    fi
fi

model_found=0
for file in "$CHECKPOINTS"/my_model_final*; do
    if [ -e "$file" ]; then model_found=1; fi
done
if [ "$model_found" -eq 0 ]; then
    missing_model="there is no final model $CHECKPOINTS/my_model_final*"
    if [ "$training_has_code" -eq 1 ]; then
        problem "$missing_model: train it in $TRAINING_NOTEBOOK, which saves it there"
    else
        warning "$missing_model: none is needed as long as $TRAINING_NOTEBOOK has no code"
    fi
fi

archive="$team.tar.gz"
if [ -d "$archive" ]; then
    problem "$archive is a folder: move it away, the archive is to have this name"
fi
stop_on_problems

# Everything happens in a folder of its own next to the archive, so that moving it into place is one step that cannot be
# left half done.
if ! workshop=$(mktemp -d ./.collect.XXXXXX 2>/dev/null); then
    problem "nothing can be written into this folder ($PWD): allow it, or copy the folder elsewhere"
    stop_on_problems
fi
trap 'rm -rf "$workshop"' EXIT
trap 'exit 1' HUP INT TERM

collect() {
    mkdir -p "$workshop/$team/model_checkpoints" &&
    cp $NOTEBOOKS "$LAYERS" "$workshop/$team/" || return 1
    if [ -d "$CHECKPOINTS" ]; then
        cp -RL "$CHECKPOINTS/." "$workshop/$team/model_checkpoints/" || return 1
    fi
    find "$workshop/$team" \( -name .ipynb_checkpoints -o -name __pycache__ -o -name .DS_Store -o -name '._*' \) \
        -prune -exec rm -rf {} + || return 1
    (cd "$workshop" && tar -cf - "$team") | gzip -c >"$workshop/$archive" || return 1
    mv -f "$workshop/$archive" "$archive"
}

if ! collect; then
    problem "$archive could not be written: look above for the reason (is the disk full?)"
    stop_on_problems
fi
echo "Made $archive from:"
(cd "$workshop" && find "$team" -type f | sort | sed 's/^/  /')
echo "Upload this file. A look into it: tar -tzf $archive"
