"""Measures networks on pictures at 8, 4, 3 and 2 bits and writes pictures.csv and pictures.html beside itself.

usage: python3 pictures.py PROGRAM DATA [FILE...]    PROGRAM: tritloom-cli; DATA: the folder of real models, shared/data;
    FILE: these networks are compared ("dncnn_25.pth"; -: none), the others stay as pictures.csv has them;
    previews of all are timed
Each row is one of `tritloom-cli compare`, its times those of `tritloom-cli bench preview`.
"""
import csv
import html
import json
import os
import subprocess
import sys

PROGRAM, DATA, ONLY = sys.argv[1], sys.argv[2], sys.argv[3:]
HERE = os.path.dirname(os.path.abspath(__file__))
FORMATS = "int8row,int4row,int3row,int2row"
PREVIEWED = "int4row"  # the other widths take as long
# rtn, gptq: inputs stay floats; the other two round inputs to 8 bits: W8A8, W4A8, W3A8, W2A8.
METHODS = "rtn,gptq,static-activations,clipped-channels"
NETWORKS = [  # file, pictures, more options of compare; METHODS where the last does not name others
    ("img_mnist_onnx/opt-mnist.onnx", "imgs_mnist_t10k", []),
    ("img_ternary_mnist/bit_netcnn_small_mnist_ternary.zip", "imgs_mnist_t10k", ["--limit", "4000"]),
    ("img_resnet20_cifar10/resnet20-12fca82f.th", "imgs_cifar10_a", []),
    ("img_ddpm_cnn_mnist/ddpm_mnist_final.pth", None, ["--samples", "64"]),
    ("img_ddpm_unet_mnist/ddpm_mnist.pt", None, ["--samples", "64"]),
    ("img_face_onnx/version-slim-320.onnx", "img_face_onnx", []),
    ("img_face_onnx/version-RFB-320.onnx", "img_face_onnx", []),
    ("img_tinydarknet_imagenet/tfjs", "imgs_imagenet_a",
     ["--labels", os.path.join(DATA, "img_tinydarknet_imagenet/imagenet.labels.list")], "rtn"),
    ("img_sr_x4/team11_EFQN.pt", "imgs_set5_set12/Set5", []),
    ("img_sr_x4/team21_slimrlfn.pth", "imgs_set5_set12/Set5", []),
    ("img_sr_x4/team21_slimrlfn_prune.pth", "imgs_set5_set12/Set5", []),
    ("img_dncnn25/dncnn_25.pth", "imgs_set5_set12/Set12", []),
    ("img_taef2_vae/taef2_decoder.pth", "imgs_kodak_odd", []),
    ("img_style_udnie/udnie", "imgs_kodak_odd", ["--limit", "6"]),
]
# The first that a row has, what it is called, and what it was before compression (none: a distance from the original).
METRICS = [
    ("top1", "top-1", "referenceTop1"),
    ("boxAgreement", "same boxes", None),
    ("referencePsnr", "PSNR, dB", "referencePsnr"),
    ("fidelity", "PSNR to the original, dB", None),
    ("divergence", "relative error", None),
]
COLUMNS = ["model", "method", "format", "bits a weight", "bytes", "metric", "before", "after", "divergence", "pictures",
           "first preview ms, one layer", "first preview ms, all layers", "processor ms, one layer", "processor ms, all layers"]
COMPARED = COLUMNS.index("first preview ms, one layer")


def asked(*arguments):
    done = subprocess.run([PROGRAM, *arguments, "--json"], stdout=subprocess.PIPE, text=True)
    if done.returncode not in (0, 1):  # 1: some rows failed, each says why
        sys.exit(f"{' '.join(arguments)}: exit code {done.returncode}")
    return json.loads(done.stdout)["rows"]


def previews(file, pictures, more, methods=METHODS):
    """By method: milliseconds until the first picture is there, and what of them two processors work; one layer, all."""
    model = os.path.join(DATA, file)
    images = ["--images", os.path.join(DATA, pictures)] if pictures else []
    times = {}
    for row in asked("bench", "preview", "--model", model, "--count", "1", *images, "--formats", PREVIEWED,
                     "--methods", methods):
        method, layers = row["device"].rsplit(", ", 1)
        times.setdefault(method, {})[layers] = [row["wallSeconds"], row["seconds"] * row["threads"]]
    return {method: [f"{1000 * of[layers][i]:.0f}" for i in (0, 1) for layers in ("one layer", "all layers")]
            for method, of in times.items()}


def compared(file, pictures, more, methods=METHODS):
    model = os.path.join(DATA, file)
    images = ["--images", os.path.join(DATA, pictures)] if pictures else []
    for row in asked("compare", model, *images, *more, "--formats", FORMATS, "--methods", methods):
        if "failure" in row:
            print(f"{file}: {row['method']} {row['format']}: {row['failure']}", file=sys.stderr)
            continue
        key, metric, before = next(m for m in METRICS if m[0] in row)
        after = row["psnr" if key == "referencePsnr" else key]
        yield [os.path.basename(file), row["method"], row["format"], f"{row['bitsPerWeight']:.2f}", row["bytes"], metric,
               f"{row[before]:.4g}" if before else "", f"{after:.4g}", f"{row['divergence']:.3g}", row["samples"]]


def kept_rows():
    with open(os.path.join(HERE, "pictures.csv"), newline="", encoding="utf-8") as file:
        return [row[:COMPARED] for row in csv.reader(file)][1:]


kept = kept_rows() if ONLY else []
rows = []
for network in NETWORKS:
    name = os.path.basename(network[0])
    found = compared(*network) if not ONLY or name in ONLY else [row for row in kept if row[0] == name]
    times = previews(*network)
    rows += [[*row, *times[row[1]]] for row in found]
with open(os.path.join(HERE, "pictures.csv"), "w", newline="", encoding="utf-8") as file:
    csv.writer(file, lineterminator="\n").writerows([COLUMNS, *rows])
with open(os.path.join(HERE, "pictures.html"), "w", encoding="utf-8") as file:
    file.write('<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Networks on pictures</title><style>'
               "body{font:14px sans-serif;margin:2em}td,th{padding:2px 10px;text-align:right}"
               "td:nth-child(-n+3),th:nth-child(-n+3){text-align:left}tr.first td{border-top:1px solid #999}</style>\n"
               "<h1>Networks on pictures at 8, 4, 3 and 2 bits</h1>\n<table>\n")
    for i, row in enumerate([COLUMNS, *rows]):
        tag = "td" if i else "th"
        first = ' class="first"' if i > 1 and row[0] != rows[i - 2][0] else ""
        file.write(f"<tr{first}>" + "".join(f"<{tag}>{html.escape(str(cell))}</{tag}>" for cell in row) + "</tr>\n")
    file.write("</table></html>\n")
