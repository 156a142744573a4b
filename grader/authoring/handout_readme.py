"""The short text that lies beside the notebooks in the hand-out."""

README = """\
# Assignment 2

Three notebooks: `Assignment2-1_Implementing_CNN.ipynb` (its functions are written in `Utils/layer_utils.py`),
`Assignment2-2_Training_CNN.ipynb` and `Assignment2-3_Visualizing_CNN.ipynb`. Python 3.11, 3.12 or 3.13 is needed:

    python -m pip install -r requirements.txt

## Check your own work

    python grade.py                  all parts, with the public checks
    python grade.py --part 1         one part; part 1 needs no TensorFlow
    python grade.py --watch          again whenever you save a file
    python grade.py --html out.html  as a page, with pictures
    python grade.py doctor           what this machine lacks

It runs your code here, with your own rights. What it says is not your grade: grading also asks hidden cases, with
other shapes and numbers, and runs the notebooks. `python grade.py --help` lists every option. The folders `grader/` and
`rubrics/` belong to the self-check; leave them as they are.

## Hand in

    ./CollectSubmission.sh team_7    makes team_7.tar.gz of your notebooks, layer_utils.py and the trained model
"""
